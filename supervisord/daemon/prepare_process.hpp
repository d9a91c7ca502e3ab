#pragma once

namespace sup {

// Puts this process in order whatever it was started with: signals blocked and at their defaults, descriptors 0 to 2
// open.
void prepare_process();

}  // namespace sup
