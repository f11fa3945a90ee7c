#pragma once
#include <stdint.h>

/// Counts what this thread takes from malloc until `lynk_allocations_end`. Not to be nested.
void lynk_allocations_begin(void);

/// Ends the count.
/// - Returns: the most bytes that were held at once, of those taken since the count began.
int64_t lynk_allocations_end(void);
