// The verbs: each runs one command from the parsed command line to its exit code.
#pragma once

#include <span>
#include <string>

#include "ctl/context.hpp"

namespace sup::ctl {

int run_status(Context& context);
int run_overview(Context& context);  // Without a verb, at a terminal.
int run_change(Context& context);    // start, stop, restart, reload, kill, pause, resume
int run_signal(Context& context);
int run_wait(Context& context);
int run_logs(Context& context);
int run_events(Context& context);
int run_test_hook(Context& context);
int run_show(Context& context);
int run_env(Context& context);
int run_explain(Context& context);
int run_graph(Context& context);
int run_start_times(Context& context);  // blame, critical-chain, plot
int run_set(Context& context);
int run_clean(Context& context);
int run_enable(Context& context);  // enable, disable
int run_exec(Context& context);
int run_attach(Context& context);
int run_transient(Context& context);
int run_tree(Context& context);
int run_features(Context& context);
int run_plan(Context& context);
int run_apply(Context& context);
int run_confirm(Context& context);
int run_health(Context& context);
int run_check(Context& context);
int run_version(Context& context);
int run_log_level(Context& context);
int run_ping(Context& context);
int run_shutdown(Context& context);
int run_reexec(Context& context);
int run_completion(Context& context);
int run_schema(Context& context);
int run_explain_key(Context& context);
int run_format(Context& context);
int run_top(Context& context);
int run_import(Context& context);
int run_cat(Context& context);
int run_edit(Context& context);
int run_new(Context& context);

// The verb of the invocation.
int run_verb(Context& context);

// Verbs that no document names: "__complete services|settings" for the completion scripts, "__reference
// ctl|interface|methods" for the generated documents.
int run_hidden(std::span<const std::string> words);

}  // namespace sup::ctl
