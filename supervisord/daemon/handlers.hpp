// Handlers: one function per command, from a checked call to its answer.
#pragma once

#include <functional>
#include <string>

#include "daemon/server.hpp"
#include "wire/varlink.hpp"

namespace sup {

// Answers a call that was checked against its row and that the client may make; or begins a task that will.
void handle(Server& server, Session& session, const wire::Call& call);

// The services that the call's "names" mean. If one of them means nothing, the error is sent and nothing is returned.
[[nodiscard]] std::optional<std::vector<InstanceId>> named_services(Server& server, Session& session,
                                                                    const wire::Call& call);

// The same for who is to do something: what is external is an error where it was named, and not meant by a pattern.
[[nodiscard]] std::optional<std::vector<InstanceId>> commanded_services(Server& server, Session& session,
                                                                        const wire::Call& call);

// The one service that the call's "name" means, or the error is sent.
[[nodiscard]] std::optional<InstanceId> named_service(Server& server, Session& session, const wire::Call& call);

// Sends what `work`, done on a worker, returns: one encoded reply or error. The work must refer to nothing that another
// thread may change.
void answer_from_worker(Server& server, Session& session, std::move_only_function<std::string()> work,
                        Asks asks = Asks::nobody);

// The same in two steps: what the work returns is called back on the loop thread, whether the client is still there or
// not, and returns the reply.
using Conclusion = std::move_only_function<std::string()>;
void answer_after_worker(Server& server, Session& session, std::move_only_function<Conclusion()> work,
                         Asks asks = Asks::nobody);

// The families of handlers; see handlers.cpp for who does what.
void handle_change(Server& server, Session& session, const wire::Call& call, CommandKind kind);
void handle_restart(Server& server, Session& session, const wire::Call& call);
// Tells the engine, and the client when it is done.
void begin_scaling(Server& server, Session& session, const wire::Call& call, Scaled scaled);
void handle_wait(Server& server, Session& session, const wire::Call& call);
void handle_logs(Server& server, Session& session, const wire::Call& call);
// What is to be done with log files instead of reading; nothing: they are to be read.
[[nodiscard]] std::optional<log::FileDeed> file_deed(const wire::Call& call);
void handle_log_files(Server& server, Session& session, const wire::Call& call, log::FileDeed deed);
void handle_events(Server& server, Session& session, const wire::Call& call);
void handle_test_hook(Server& server, Session& session, const wire::Call& call);
void handle_env(Server& server, Session& session, const wire::Call& call);
void handle_graph(Server& server, Session& session, const wire::Call& call);
void handle_start_times(Server& server, Session& session, const wire::Call& call);
void handle_critical_chain(Server& server, Session& session, const wire::Call& call);
void handle_tree(Server& server, Session& session, const wire::Call& call);
void handle_set(Server& server, Session& session, const wire::Call& call);
void handle_run(Server& server, Session& session, const wire::Call& call);
void handle_scale(Server& server, Session& session, const wire::Call& call);
void handle_enable(Server& server, Session& session, const wire::Call& call);
void handle_exec(Server& server, Session& session, const wire::Call& call);
void handle_attach(Server& server, Session& session, const wire::Call& call);
void handle_reexec(Server& server, Session& session, const wire::Call& call);
void handle_features(Server& server, Session& session);
void handle_plan(Server& server, Session& session);
void handle_apply(Server& server, Session& session, const wire::Call& call);
void handle_confirm(Server& server, Session& session, const wire::Call& call);
// As it is asked for by a signal: nobody waits for the answer.
void apply_unasked(Server& server);
void handle_health(Server& server, Session& session, const wire::Call& call);

}  // namespace sup
