#include "watcher/fence.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "os/confine.h"
#include "os/steps.h"
#include "sandbox/filter.h"

/* As in system_call_filter. Listed is what reaches into other processes, past permissions or around this filter
 * (io_uring), or makes somebody new; not all that we have no use for: a C library may ask what the last one did not. */
/* clang-format off */
static const char *const refused[] = {
	"~@aio", "~@clock", "~@cpu-emulation", "~@debug", "~@keyring", "~@module", "~@mount", "~@obsolete", "~@privileged",
	"~@raw-io", "~@reboot", "~@setuid", "~@swap",
	"capset", /* to have less: privilege_begun() */
	/* somebody new, or another program */
	"~clone", "~clone3", "~execve", "~execveat", "~fork", "~setns", "~unshare", "~vfork",
	/* others' memory, descriptors and life: CAP_SYS_PTRACE opens them as well */
	"~kcmp", "~kill", "~migrate_pages", "~move_pages", "~pidfd_send_signal", "~process_madvise",
	"~process_mrelease", "~process_vm_readv", "~process_vm_writev", "~rt_sigqueueinfo", "~rt_tgsigqueueinfo", "~userfaultfd",
	/* any file of a file system, from within a container too: CAP_DAC_READ_SEARCH is for that as well */
	"~name_to_handle_at", "~open_by_handle_at",
#if FENCE_LETS_TRACE
	"clone", "ptrace",
#endif
};
/* clang-format on */

bool
fence_close(struct err *err)
{
	const struct filter_wishes wishes = {
		.calls = refused,
		.call_count = sizeof refused / sizeof refused[0],
		.call_error = EPERM,
		.limits_families = true,
		.families = UINT64_C(1) << AF_UNIX | UINT64_C(1) << AF_INET | UINT64_C(1) << AF_INET6 |
			UINT64_C(1) << AF_NETLINK,
	};
	/* not on the stack, which would keep the pages for good */
	struct sock_filter *code = malloc(FILTER_MAX * sizeof *code);
	struct steps steps = { 0 };
	const struct child_step *failed;
	bool ok;

	if (code == NULL)
		return err_set(err, ENOMEM, "cannot make the filter");
	ok = confine_filter(&steps, code, filter_compile(&wishes, 0, code), err);
	free(code);
	if (ok && (failed = steps_take(&steps, STEP_LAST)) != NULL)
		ok = err_set(err, errno, "cannot %s", failed->words);
	steps_release(&steps);
	return ok;
}
