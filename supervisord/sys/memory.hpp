// Memory of this process that is not needed any more.
#pragma once

namespace sup::sys {

// Unmaps the pages of this program's code. What is used again comes back from the page cache at the next touch (a minor
// fault, some 64 KiB at a time), so this gives back what only the start needed: parsing of options and files, the
// initialisation of libraries. Source: madvise(2), MADV_DONTNEED on a private mapping of a file that nobody has
// written to.
void release_code_pages() noexcept;

}  // namespace sup::sys
