// SPDX-License-Identifier: Apache-2.0
// Every bound in the program, with its reason.

enum Limits {
    // MARK: moving bytes

    /// A flow pulls at most so much at once: small at first, so that what a slow sink leaves over
    /// is small; it doubles while everything drains and halves on a partial write.
    static let quantumBytesMin = recordPlaintextBytes
    /// Fifteen full records fill one staging; the cost of a byte has stopped falling there.
    static let quantumBytesMax = 240 * 1024
    /// A pull larger than this first asks the sink's send buffer for its free space: one cheap
    /// system call beside a large copy.
    static let pullBytesUnasked = recordPlaintextBytes
    /// Pulls before a flow goes to the back of the ready list: one busy stream must not starve
    /// the small answers of the others.
    static let pullsPerTurn = 4
    /// Ciphertext staged for one send, and received at once.
    static let stagingBytes = 256 * 1024
    /// Beyond `stagingBytes`: the record, handshake flight or alert that crosses the line.
    static let stagingSlackBytes = 20 * 1024
    /// What a TLS record carries at most (RFC 8446 §5.1). Pulls are fitted to whole records, so
    /// that none is left half opened inside OpenSSL.
    static let recordPlaintextBytes = 16 * 1024
    /// A full record with header, tag and padding: 5 + 16384 + 256 + 16.
    static let recordBytesMax = 16_700

    // MARK: splice

    /// Full pulls in a row that show a bulk stream. Two: one long message is not bulk.
    static let fullPullsBeforeSplice = 2
    /// Less than so much a splice, so many times in a row, and the stream is calm again.
    static let calmSpliceBytes = 16 * 1024
    static let calmSplicesBeforeCopy = 8
    /// A pipe grown for bulk; the hard bound of what a spliced flow holds.
    static let pipeBytes = 256 * 1024
    /// Idle pipes a worker keeps for the next bulk stream.
    static let idlePipesKept = 8
    /// Pipes a worker has at once, two descriptors each; a flow without one copies.
    static let pipesPerWorkerMax = 512

    // MARK: the loop

    static let eventsPerWait = 256
    /// Accepts before a listener goes to the back of the ready list.
    static let acceptsPerTurn = 64
    /// Accepts before a listener closes its socket: whoever waits there when the closing begins is
    /// among them, for the kernel holds one more than the backlog and hands out the oldest first.
    /// Without a bound a flood of clients would keep the socket open, and the worker busy.
    static let acceptsAtCloseMax = Int(backlog) + 1
    /// Accepting pauses so long when descriptors or memory have run out.
    static let acceptPause = Duration.milliseconds(500)
    /// How often a listener at its session cap looks again.
    static let capPause = Duration.milliseconds(50)
    /// Deadlines are looked at no more often than this: they are seconds, not microseconds.
    static let sweepPause = Duration.milliseconds(50)
    /// Nothing tells when the kernel's send queue is empty; an abort looks this often.
    static let abortPollMin = Duration.milliseconds(1)
    static let abortPollMax = Duration.milliseconds(20)
    /// Backlog of a listening socket; the kernel caps it at net.core.somaxconn.
    static let backlog: Int32 = 4096

    // MARK: dialling

    /// RFC 8305 §5: the next address is tried after so long without an answer from the one before.
    static let connectionAttemptDelay = Duration.milliseconds(250)
    /// Addresses of one dial that are tried; an epoll token has four bits to tell them apart.
    static let addressesPerDialMax = 15
    /// Threads in getaddrinfo: a name server that is silent blocks one for up to half a minute.
    static let resolverThreadsMax = 4
    /// Names waiting for a resolver thread; beyond it a dial fails at once.
    static let resolverQueueMax = 1024
    /// getaddrinfo tells no TTL. One second spares a burst of dials the look-ups and still honours
    /// a change at once.
    static let resolvedNameKept = Duration.seconds(1)
    /// A Unix listener with a full backlog says EAGAIN and no event follows.
    static let unixConnectRetry = Duration.milliseconds(10)

    // MARK: TLS

    /// Tickets kept for an endpoint and worker, each used once: as many parallel dials resume.
    static let ticketsPerEndpointMax = 128
    /// Sessions a TLS listener remembers for resumption; one with a client certificate takes 12 KiB
    /// (measured), so 12 MiB at most.
    static let serverSessionsMax = 1024
    static let serverSessionSeconds = 7200
    /// PEM files larger than this are not ours.
    static let pemBytesMax = 16 * 1024 * 1024

    /// One page: only the first line counts, and a file that grows while it is read would leave
    /// copies of the passphrase behind.
    static let passphraseFileBytesMax = 4096
    /// Whoever writes a key into a pipe fetches it perhaps from far away, but a person at the start
    /// and the next reload do not wait for one that never comes.
    static let pipePatience = Duration.seconds(10)

    // MARK: tunnels

    /// A DATA frame is cut to end with its TLS record, but not below this.
    static let frameBytesWorthCutting = 4096
    /// Room for events that a carrier keeps, of 32 bytes each; 240 KiB of full frames make 15.
    static let carrierEventsKept = 256
    /// Names and values of one head; RFC 9113 §6.5.2 counts 32 bytes more for each field.
    static let headerListBytesMax = 16 * 1024
    /// Of what a terminator says about a refusal.
    static let refusalTextMax = 1024
    /// Frames that cost work and move nothing: PING once a second is far below, a flood is not.
    static let idleFramesBurst = 1000
    static let idleFramesPerSecond = 100
    /// Streams that a client may break off; nghttp2's own default of 33 a second would cut
    /// health checkers that reset their connections.
    static let streamResetsBurst = 1000
    static let streamResetsPerSecond = 200
    /// A carrier that has heard nothing for so long is asked by PING along with the next request.
    static let carrierTrusted = Duration.seconds(1)
    /// How long a session waits for that answer before it asks elsewhere.
    static let carrierCheck = Duration.seconds(2)
    /// Between the two GOAWAYs of a drain where the peer does not answer PING.
    static let goodbyePause = Duration.seconds(1)
    /// An accepted carrier without streams goes after so long, as Envoy's connections do.
    static let acceptedCarrierIdle = Duration.seconds(3600)
    /// How long a carrier without streams waits for the peer's end, and while nothing of ours
    /// arrives.
    static let carrierLinger = Duration.seconds(5)
    /// Streams that wait for the same connection so long, and at least a round trip, are a sign
    /// that another connection would help.
    static let headOfLineWait = Duration.milliseconds(10)
    static let congestionRemembered = Duration.seconds(1)
    /// An endpoint that is in doubt is dialled again no sooner, while another one serves.
    static let doubtfulEndpointPause = Duration.seconds(1)
    /// Requests of one session that the peer did not process; then the client is told.
    static let tunnelTriesMax = 3

    // MARK: peers

    /// Quiet sessions are probed by the kernel: after 60 s, every 10 s, dead after 6 unanswered.
    static let keepaliveIdleSeconds: Int32 = 60
    static let keepaliveIntervalSeconds: Int32 = 10
    static let keepaliveProbes: Int32 = 6
    /// Window probes a live peer may leave unanswered.
    static let unansweredProbesMax = 3

    // MARK: control

    /// Workers answer within a turn of their loop; one that has not within this time is stuck.
    static let workersAnswer = Duration.seconds(2)
    /// Reading files and names may take its time; whoever ordered a reload waits no longer.
    static let reloadAnswer = Duration.seconds(30)
    /// How often a drain tells what is left of it.
    static let drainCountdown = Duration.seconds(5)

    // MARK: load

    /// A service that does not end when its client has is left alone after so long.
    static let loadEndPatience = Duration.seconds(1)
    /// After a failure a connection is opened anew no sooner: failing is faster than working, and
    /// a service in trouble is not helped by a storm.
    static let loadRetryPause = Duration.milliseconds(100)
    /// Connections that one thread dials at once before the measurement; more would overflow
    /// backlogs, whose victims wait a second for TCP to try again.
    static let loadDialsAtOnce = 64
    /// How soon Ctrl-C is noticed while work is under way.
    static let loadSignalPause = Duration.milliseconds(50)

    // MARK: descriptors, logs

    /// Descriptors that are neither sessions nor listeners: standard streams, logs, libraries,
    /// files that are read, operators (16), and listeners that a reload may add.
    static let reservedDescriptors = 96
    /// Lines that may wait for a slow reader of the log; more are dropped and counted.
    static let logLinesWaitingMax = 16_384
    /// After a write to the log the next lines gather for so long: fewer wake-ups and writes under
    /// load, and a single line still leaves at once.
    static let logLinesGather = Duration.milliseconds(2)
    /// How often the control thread looks whether memory can be given back to the kernel.
    static let trimPause = Duration.seconds(2)
    /// Nobody waits longer than this for the log at exit.
    static let logFlushAtExit = Duration.seconds(1)
    /// The same complaint is printed once in this time, then as a count.
    static let foldedFor = Duration.seconds(60)
    /// Different complaints that are folded at once.
    static let foldedKindsMax = 256
}
