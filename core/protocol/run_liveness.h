#pragma once
#include "core/protocol/run_records.h"

#include <string>

namespace mama {

// Whether a state's process can be taken for gone: it claims to be at work, its heartbeat is older than 15 s, and on
// this host no such process runs; nor does a heartbeat of this host keep a run alive that is 15 s ahead of its clock,
// which was set back. A run of another host is judged by its heartbeat alone.
bool died(const RunState& state);
// As died(), for the one who wants to take the run over: false only while a process may still write. A process of
// this host counts at once, without the wait; one of another container by its heartbeat.
bool mayBeAlive(const RunState& state);
// What a monitor shows: name(status), or "died".
std::string shownStatus(const RunState& state);
// Of this process, for RunState::process: boot, container and start, which no other process of its number shares. Empty
// where the system does not tell.
std::string processMark();
double unixTime(); // seconds
std::string hostName();

} // namespace mama
