# Writes the number of each signal that it gets to FOLDER/got: hears.sh FOLDER.
for ((number = 1; number <= 64; number++)); do
  case $number in 9 | 15 | 17 | 19 | 32 | 33) continue ;; esac
  # shellcheck disable=SC2064  # The number of now.
  trap "echo $number >>$1/got" "$number"
done
trap 'echo 15 >>$1/got; exit 0' TERM
echo >"$1/traps"
while :; do sleep 0.02; done
