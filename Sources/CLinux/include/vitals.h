// SPDX-License-Identifier: Apache-2.0
// What the kernel knows of a TCP peer. Apart: linux/tcp.h and netinet/tcp.h cannot both be included.
#pragma once
#include <stdint.h>

struct clinux_vitals {
    uint32_t unacknowledged_segments;
    uint32_t unsent_bytes;
    uint32_t send_window;
    uint32_t last_ack_ms;
    uint32_t unanswered_probes;
    uint32_t round_trip_us;
};
// TCP_INFO; -1 with errno.
int clinux_tcp_vitals(int fd, struct clinux_vitals *vitals);
