// SPDX-License-Identifier: Apache-2.0
// libevent's loop and its HTTP server, for Swift.
#pragma once
// Before libevent's own configuration turns GNU extensions on: fd_set would have other member names
// than in the other modules, and the compiler takes them for two types.
#include <features.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
