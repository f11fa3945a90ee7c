// Debian's library is built with both extensions; sqlite3.h hides their prototypes otherwise.
#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>
