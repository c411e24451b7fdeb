// SPDX-License-Identifier: Apache-2.0
#include "vitals.h"
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int clinux_tcp_vitals(int fd, struct clinux_vitals *vitals) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return -1;
    vitals->unacknowledged_segments = info.tcpi_unacked;
    vitals->unsent_bytes = info.tcpi_notsent_bytes;
    vitals->send_window = info.tcpi_snd_wnd;
    vitals->last_ack_ms = info.tcpi_last_ack_recv;
    vitals->unanswered_probes = info.tcpi_probes;
    vitals->round_trip_us = info.tcpi_rtt;
    return 0;
}
