#include <curl/curl.h>
#include <pthread.h>

// libcurl's option functions are variadic, which Swift does not import: one function per kind of
// argument, and nothing more.
CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value);
CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value);
CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
typedef size_t (*ccurl_data_callback)(char *bytes, size_t size, size_t count, void *context);
CURLcode ccurl_set_data_callback(CURL *handle, CURLoption option, ccurl_data_callback value);
CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode ccurl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value);
CURLcode ccurl_get_pointer(CURL *handle, CURLINFO info, void **value);
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
// The next finished transfer, or 0 when there is none; hides the union in CURLMsg.
int ccurl_multi_next_done(CURLM *multi, CURL **handle, CURLcode *result);
// GNU's calls for threads, which Swift does not import.
void ccurl_thread_name(const char *name);
// Waits for the thread's end, at most until a time of CLOCK_REALTIME.
int ccurl_thread_join(pthread_t thread, const struct timespec *until);
