#include "os/pages.h"

#include <link.h>
#include <stdint.h>
#include <sys/mman.h>

/* Only what nobody can have written to: such pages are the file's own, and MADV_DONTNEED (madvise(2)) takes nothing from
 * a private mapping that reading the file again would not bring back. */
static int
let_go(struct dl_phdr_info *object, size_t size, void *page_size)
{
	const uintptr_t whole = ~(*(const uintptr_t *)page_size - 1);

	(void)size;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t begin = (object->dlpi_addr + segment->p_vaddr) & whole;
		uintptr_t end = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;

		if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W) == 0)
			madvise((void *)begin, end - begin, MADV_DONTNEED);
	}
	return 0;
}

void
pages_let_go(void)
{
	/* where pages are larger the kernel refuses what is not aligned (EINVAL), and all is as it was */
	uintptr_t page_size = 4096;

	dl_iterate_phdr(let_go, &page_size);
}
