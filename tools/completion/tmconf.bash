# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion for tmconf(8). The words of the grammar come from tmconf itself.

# Names of the objects of a kind, in the namespace that the line names.
_tmconf_names()
{
	tmconf "${netns[@]}" "$1" show 2>/dev/null | awk '/^[^ ]/ { print $1 }'
}

_tmconf_devices()
{
	ip "${netns[@]}" -brief link show 2>/dev/null | sed 's/[@ ].*//'
}

# What may follow a word as its value
_tmconf_values()
{
	case $1 in
	target | filter) _tmconf_names "$1" ;;
	source | dev) _tmconf_devices ;;
	direction) echo ingress egress ;;
	action) echo accept reject ;;
	repair | continue | enabled | df | csum) echo on off ;;
	proto) echo tcp udp udplite sctp dccp icmp icmpv6 ;;
	esac
}

_tmconf()
{
	local cur=${COMP_WORDS[COMP_CWORD]} i netns=() words=() choices
	COMPREPLY=()

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-n | -netns | --netns)
			netns=(-n "${COMP_WORDS[++i]}")
			;;
		-b | -batch | --batch)
			((++i))
			;;
		-*) ;;
		*)
			words=("${COMP_WORDS[@]:i:COMP_CWORD-i}")
			break
			;;
		esac
	done

	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-n | -netns | --netns)
		choices=$(ip netns list 2>/dev/null | cut -d' ' -f1)
		mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$cur")
		return
		;;
	-b | -batch | --batch)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	esac

	if [[ ${#words[@]} -eq 0 ]]; then
		choices=$(tmconf help words)
		[[ $cur != -* ]] || choices="-json -pretty -statistics -netns -batch -force -Version -help"
	elif [[ ${words[0]} == apply ]]; then
		if [[ ${#words[@]} -eq 1 ]]; then
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
		fi
		choices=dry-run
	elif [[ ${words[0]} == explain ]]; then
		if ((${#words[@]} % 2)); then
			choices=$(tmconf help words explain)
		else
			choices=$(_tmconf_values "${words[-1]}")
		fi
	elif [[ ${#words[@]} -eq 1 ]]; then
		choices="$(tmconf help words "${words[0]}") help"
	elif [[ ${words[*]:0:2} == "limits set" ]]; then
		((${#words[@]} % 2)) || choices=$(tmconf help words limits set)
	elif [[ ${#words[@]} -eq 2 ]]; then
		if [[ ${words[0]} == rule ]]; then
			choices=$(_tmconf_names filter)
		elif [[ ${words[1]} != add ]]; then
			choices=$(_tmconf_names "${words[0]}")
		fi
	elif [[ ${words[*]:0:2} == "filter load" ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
	elif ((${#words[@]} % 2)); then
		choices=$(tmconf help words "${words[0]}" "${words[1]}")
	else
		choices=$(_tmconf_values "${words[-1]}")
	fi
	mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$cur")
}

complete -F _tmconf tmconf
