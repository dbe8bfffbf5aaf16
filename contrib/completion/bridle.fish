# fish completion of bridle(1)

# The names of the bridled that is meant by the options typed so far.
function __bridle_names
    set -l place
    set -l words (commandline -opc)
    for i in (seq (count $words))
        switch $words[$i]
            case -s --socket -r --root
                set -a place $words[$i] $words[(math $i + 1)]
        end
    end
    bridle $place status --names 2>/dev/null
end

function __bridle_commands
    printf '%s\t%s\n' \
        status 'show all services, or some of them closely' \
        start 'start services, and wait until they are ready' \
        stop 'stop services: workers finish their requests first' \
        restart 'replace running services without refusing a request' \
        reload 'load new code; without NAME: read the configuration anew' \
        scale 'set the number of workers, or move it' \
        signal 'send a signal to the master of a service' \
        logs 'print the last lines that a service wrote' \
        check 'look for errors in a configuration' \
        config 'print the settings in effect, and where each comes from' \
        import 'make a configuration of systemd units, supervisord sections, a Procfile' \
        takeover 'succeed a Gunicorn that systemd or somebody else started' \
        ready 'are services ready to serve? exits with 0 or 4' \
        watch 'print what happens, as it happens' \
        why 'say what went wrong, and what can be done' \
        history 'show what happened to a service, and how it has fared' \
        advise 'say how a service should be set, from what was measured' \
        signatures 'print the log lines that why recognises' \
        reexec 'let bridled go on as the program that is installed now' \
        shutdown 'stop all services, and bridled itself' \
        version 'print the versions of this command and of bridled' \
        help 'say how a command is used'
end

set -l commands status start stop restart reload scale signal logs check config import takeover ready watch why history advise signatures reexec shutdown version help

complete -c bridle -f
complete -c bridle -n "not __fish_seen_subcommand_from $commands" -a '(__bridle_commands)'
complete -c bridle -n '__fish_seen_subcommand_from help' -a '(__bridle_commands)'
complete -c bridle -n '__fish_seen_subcommand_from check import' -F
complete -c bridle -n '__fish_seen_subcommand_from status start stop restart reload scale signal logs config takeover ready watch why history advise' -a '(__bridle_names)'
complete -c bridle -n '__fish_seen_subcommand_from signal' -a 'HUP INT QUIT USR1 USR2 TERM CONT WINCH TTIN TTOU ABRT KILL STOP'

complete -c bridle -s s -l socket -r -F -d 'control socket of the bridled to talk to'
complete -c bridle -s r -l root -x -a '(__fish_complete_directories)' -d 'the directory that bridled was given with --root'
complete -c bridle -s h -l help -d 'say how it is used'
complete -c bridle -n "not __fish_seen_subcommand_from $commands" -s V -l version -d 'print the version of this command'
complete -c bridle -n '__fish_seen_subcommand_from status config watch why history advise' -s j -l json -d 'print JSON, for programs'
complete -c bridle -n '__fish_seen_subcommand_from status' -l names -d 'print names only, one a line'
complete -c bridle -n '__fish_seen_subcommand_from start stop restart' -s a -l all -d 'all services'
complete -c bridle -n '__fish_seen_subcommand_from config' -s a -l all -d 'the defaults too'
complete -c bridle -n '__fish_seen_subcommand_from restart' -l cold -d 'down and up, even where a replacement is possible'
complete -c bridle -n '__fish_seen_subcommand_from start stop restart reload scale reexec shutdown' -l no-wait -d 'do not wait for the outcome'
complete -c bridle -n '__fish_seen_subcommand_from takeover' -l back -d 'the other way: from Bridle to systemd'
complete -c bridle -n '__fish_seen_subcommand_from check' -l security -x -a '(__bridle_names)' -d 'say what the service is still allowed'
complete -c bridle -n '__fish_seen_subcommand_from logs check config why signatures' -s c -l config -r -F -d 'configuration file to read'
complete -c bridle -n '__fish_seen_subcommand_from logs' -s f -l follow -d 'go on with what is written from now on'
complete -c bridle -n '__fish_seen_subcommand_from logs' -s n -l lines -x -a all -d 'begin so many lines before the end'
complete -c bridle -n '__fish_seen_subcommand_from why history' -l last -x -d 'the latest N, of any kind'
complete -c bridle -n '__fish_seen_subcommand_from history' -l since -x -a '10m 2h 1d' -d 'of the last so long'
complete -c bridle -n '__fish_seen_subcommand_from why' -l log -r -F -d 'read this log; - is standard input'
complete -c bridle -n '__fish_seen_subcommand_from ready' -s w -l wait -x -a '10s 30s 1m 5m' -d 'wait so long'
complete -c bridle -n '__fish_seen_subcommand_from import' -l systemd -x -d 'import the unit of that name as it is installed'
complete -c bridle -n '__fish_seen_subcommand_from import' -l command -x -d 'import a command line, as a shell would get it'
complete -c bridle -n '__fish_seen_subcommand_from import' -s o -l output -x -a '(__fish_complete_directories)' -d 'write a file for each service there, instead of printing'
complete -c bridle -n '__fish_seen_subcommand_from import' -l report -x -a json -d 'print what became of each directive, for programs'
complete -c bridle -n '__fish_seen_subcommand_from import' -l verify -d 'see that the result passes bridle check and prints back to the same'
