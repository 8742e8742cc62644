/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counting what all libraries together take: by AddressSanitizer's hooks where
 * it is in the program, else in the place of the C library's functions, which
 * glibc allows for.
 */
#include "allocation-count.h"

#include <errno.h>
#include <malloc.h>

static gssize held, peak;

static void
count (gssize size)
{
  gssize now = __atomic_add_fetch (&held, size, __ATOMIC_RELAXED);

  if (now > __atomic_load_n (&peak, __ATOMIC_RELAXED))
    __atomic_store_n (&peak, now, __ATOMIC_RELAXED);
}

#ifdef __SANITIZE_ADDRESS__

int    __sanitizer_install_malloc_and_free_hooks (
         void (*malloc_hook) (const volatile void *, size_t),
         void (*free_hook) (const volatile void *));
size_t __sanitizer_get_allocated_size (const volatile void *memory);

static void
on_malloc (const volatile void *memory,
           size_t               size)
{
  count (size);
}

static void
on_free (const volatile void *memory)
{
  if (memory)
    count (-(gssize) __sanitizer_get_allocated_size (memory));
}

void
allocation_count_init (void)
{
  g_assert_true (__sanitizer_install_malloc_and_free_hooks (on_malloc,
                                                            on_free));
}

#else

#define VISIBLE __attribute__ ((visibility ("default")))

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *memory, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);
extern void  __libc_free (void *memory);

static void *
counted (void *memory)
{
  if (memory)
    count (malloc_usable_size (memory));
  return memory;
}

VISIBLE void *
malloc (size_t size)
{
  return counted (__libc_malloc (size));
}

VISIBLE void *
calloc (size_t n,
        size_t size)
{
  return counted (__libc_calloc (n, size));
}

VISIBLE void *
realloc (void  *memory,
         size_t size)
{
  gssize before = memory ? malloc_usable_size (memory) : 0;
  void  *moved = __libc_realloc (memory, size);

  if (moved || size == 0)
    count (-before);
  return counted (moved);
}

VISIBLE void *
memalign (size_t alignment,
          size_t size)
{
  return counted (__libc_memalign (alignment, size));
}

VISIBLE void *
aligned_alloc (size_t alignment,
               size_t size)
{
  return counted (__libc_memalign (alignment, size));
}

VISIBLE int
posix_memalign (void  **memory,
                size_t  alignment,
                size_t  size)
{
  void *aligned = counted (__libc_memalign (alignment, size));

  if (!aligned)
    return ENOMEM;
  *memory = aligned;
  return 0;
}

VISIBLE void
free (void *memory)
{
  if (memory)
    count (-(gssize) malloc_usable_size (memory));
  __libc_free (memory);
}

void
allocation_count_init (void)
{
}

#endif

gsize
allocation_count_reset (void)
{
  gssize now = __atomic_load_n (&held, __ATOMIC_RELAXED);

  __atomic_store_n (&peak, now, __ATOMIC_RELAXED);
  return MAX (now, 0);
}

gsize
allocation_count_peak (void)
{
  return MAX (__atomic_load_n (&peak, __ATOMIC_RELAXED), 0);
}
