#define _GNU_SOURCE
#include "CCurlShim.h"

CURLcode ccurl_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
CURLcode ccurl_set_offset(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
CURLcode ccurl_set_string(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
CURLcode ccurl_set_pointer(CURL *h, CURLoption o, void *v) { return curl_easy_setopt(h, o, v); }
CURLcode ccurl_set_list(CURL *h, CURLoption o, struct curl_slist *v) {
    return curl_easy_setopt(h, o, v);
}
CURLcode ccurl_set_data_callback(CURL *h, CURLoption o, ccurl_data_callback v) {
    return curl_easy_setopt(h, o, v);
}
CURLcode ccurl_get_long(CURL *h, CURLINFO i, long *v) { return curl_easy_getinfo(h, i, v); }
CURLcode ccurl_get_offset(CURL *h, CURLINFO i, curl_off_t *v) { return curl_easy_getinfo(h, i, v); }
CURLcode ccurl_get_pointer(CURL *h, CURLINFO i, void **v) { return curl_easy_getinfo(h, i, v); }
CURLMcode ccurl_multi_set_long(CURLM *m, CURLMoption o, long v) {
    return curl_multi_setopt(m, o, v);
}
int ccurl_multi_next_done(CURLM *m, CURL **h, CURLcode *r) {
    int left = 0;
    for (CURLMsg *msg; (msg = curl_multi_info_read(m, &left)) != 0;) {
        if (msg->msg != CURLMSG_DONE) continue;
        *h = msg->easy_handle;
        *r = msg->data.result;
        return 1;
    }
    return 0;
}
void ccurl_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }
int ccurl_thread_join(pthread_t thread, const struct timespec *until) {
    return pthread_timedjoin_np(thread, NULL, until);
}
