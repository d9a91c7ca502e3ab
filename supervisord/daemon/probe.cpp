#include "daemon/probe.hpp"

#include <cerrno>
#include <utility>

#include "base/check.hpp"

namespace sup {

std::unique_ptr<Probe> begin_probe(const ProbeContext& context, const ProbeSpec& spec, ProbeDone done) {
  switch (probe_kind(spec)) {
    case ProbeKind::tcp: return begin_tcp_probe(context, spec.tcp, std::move(done));
    case ProbeKind::unix_: return begin_unix_probe(context, spec.unix_, std::move(done));
    case ProbeKind::http: return begin_http_probe(context, *spec.http, std::move(done));
    case ProbeKind::exec: return begin_exec_probe(context, spec.exec, std::move(done));
    case ProbeKind::file: return begin_file_probe(context, spec.file, std::move(done));
    case ProbeKind::none: break;
  }
  check_failed("only what says whom to ask is probed");
}

std::string reason_of(const Error& error) {
  if (error.sys_errno == EAGAIN) return "its queue of connections is full";
  return error.sys_errno != 0 ? std::string(errno_text(error.sys_errno)) : error.what;
}

}  // namespace sup
