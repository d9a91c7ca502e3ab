"""Writes what a container of the sample is made of into a folder: command, env, user, probes, hook, one word a line; and its configuration."""
import sys

import yaml

sample, folder, port = sys.argv[1:]
with open(sample, encoding="utf-8") as file:
    config, deployment = yaml.safe_load_all(file)
pod = deployment["spec"]["template"]["spec"]
(container,) = pod["containers"]


def write(name, words):
    with open(f"{folder}/{name}", "w", encoding="utf-8") as out:
        out.writelines(f"{word}\n" for word in words)


assert deployment["spec"]["selector"]["matchLabels"] == deployment["spec"]["template"]["metadata"]["labels"]
assert pod["securityContext"]["runAsNonRoot"] and container["securityContext"]["readOnlyRootFilesystem"]
assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}
assert pod["volumes"][0]["configMap"]["name"] == config["metadata"]["name"]
mounts = {m["mountPath"] for m in container["volumeMounts"]}
assert mounts == {"/etc/supervisord", "/run/supervisord"}, mounts
write("command", container["command"] + container.get("args", []))
write("env", [f"{e['name']}={e['value']}" for e in container["env"]])
write("user", [pod["securityContext"]["runAsUser"]])
for name in ("startup", "readiness", "liveness"):
    write(name, container[f"{name}Probe"]["exec"]["command"])
# Nobody waits here for load balancers.
write("pre-stop", [w.replace("sleep 5", "sleep 0") for w in container["lifecycle"]["preStop"]["exec"]["command"]])
for name, text in config["data"].items():
    assert "8080" in text
    with open(f"{folder}/etc/{name}", "w", encoding="utf-8") as out:
        out.write(text.replace("8080", port))
