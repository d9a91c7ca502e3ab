# one.sh FOLDER NAME KIND: the program of a service of this case. That a second copy of it runs at the same time shows, at any moment: the lock
# of the first one stays until it is dead. Its pid is noted, and so is how it is going to end, before it does.
exec 9>"$1/lock.$2"
flock -n 9 || echo "$2 runs twice" >>"$1/twice"
echo $$ >>"$1/pids.$2"
ends() { # KIND NUMBER
  echo "$$ $1 $2" >>"$3"
  echo "$$ $1 $2"
}
case $3 in
  busy) exec sleep "$4" ;;
  codes | signals | both)
    if [[ ! -e $1/load ]]; then
      ends signal 15 "$1/ends.$2"
      exec sleep "$4"
    fi
    [[ $3 == both ]] || sleep "0.0$((RANDOM % 8))"
    if [[ $3 == codes || $3 == both && $((RANDOM % 2)) == 0 ]]; then
      code=$((RANDOM % 256))
      ends code $code "$1/ends.$2"
      exit $code
    fi
    signals=(1 6 9 10 11 12 13 14 15)
    signal=${signals[RANDOM % ${#signals[@]}]}
    ulimit -c 0
    ends signal "$signal" "$1/ends.$2"
    kill -s "$signal" $$
    ;;
  flood | trickle)
    until [[ -e $1/load ]]; do sleep 0.02; done
    i=0 flooded=-1
    while [[ -e $1/load ]]; do
      read -r round <"$1/round" || continue
      # In each round a flood, of which nobody reads at first; else a few lines, so that the disk stays empty however slow the rounds are.
      lines=1
      if [[ $3 == flood ]]; then
        if [[ $round == "$flooded" ]]; then lines=20; else lines=$((RANDOM % 20000)); fi
        flooded=$round
      fi
      for ((j = 0; j < lines; j++)); do echo "line $((++i)) of a service"; done
      sleep 0.02
    done
    echo "last $i"
    exec sleep "$4"
    ;;
esac
