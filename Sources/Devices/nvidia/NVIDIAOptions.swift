// SPDX-License-Identifier: Apache-2.0

public import CollectorKit

/// How NVIDIA's library is used.
public struct NVIDIAOptions: Sendable, Equatable {
    static let libraryFlag = Flag.text(
        "collector.nvidia.library",
        help: "File of libnvidia-ml to load. It alone is tried; without it the usual places are.")
    static let timeoutFlag = Flag.duration(
        "collector.nvidia.timeout", defaultNanoseconds: 2_000_000_000,
        help: "How long the library, and each GPU, may take to answer, at most a quarter of the time that a scrape "
            + "has; after it the GPU is stuck until the driver answers, and where it is the library, all are.")
    static let wakeSuspendedFlag = Flag.toggle(
        "collector.nvidia.wake-suspended",
        help: "Ask GPUs that runtime power management has suspended too, which wakes them.")
    static let processesFlag = Flag.integer(
        "collector.nvidia.processes", default: 0, in: 0...1_000,
        help: "Show the memory of this many processes per GPU, those with the most; 0 shows none.")
    static let nvlinksFlag = Flag.toggle(
        "collector.nvidia.nvlinks", help: "Show every NVLink by itself, not their sum.")
    static let migFlag = Flag.toggle("collector.nvidia.mig", help: "Show MIG instances.")
    static let gpmFlag = Flag.toggle(
        "collector.nvidia.gpm",
        help: "Show the profiling figures of Hopper and later GPUs: how busy multiprocessors, tensor cores and "
            + "memory were since the last scrape.")
    static let xidFlag = Flag.toggle(
        "collector.nvidia.xid", help: "Count the error messages (Xid) of the driver; a thread waits for them.")
    static let releaseTimeFlag = Flag.duration(
        "collector.nvidia.release-time", defaultNanoseconds: 60_000_000_000,
        help: "How long every /dev/nvidia* is let go of after SIGUSR1, so that a GPU can be unbound or "
            + "reconfigured.")

    static let idleReleaseFlag = Flag.duration(
        "collector.nvidia.idle-release", defaultNanoseconds: 20_000_000_000,
        help: "Let go of GPUs that may sleep (power/control is auto) once nobody has used them for this long, so that "
            + "they can; they are asked again when something else has woken them. 0 holds them for ever.")

    /// The flags, declared by the nvidia collector.
    public static let flags: [any FlagDeclaration] = [
        libraryFlag,
        timeoutFlag,
        wakeSuspendedFlag,
        processesFlag,
        nvlinksFlag,
        migFlag,
        gpmFlag,
        xidFlag,
        releaseTimeFlag,
        idleReleaseFlag,
    ]

    /// The file to load; nil for the usual places.
    public var libraryPath: String?
    /// How long the library, and each device, may take.
    public var timeoutNanoseconds: UInt64 = 2_000_000_000
    /// Whether suspended devices are asked too.
    public var wakesSuspended = false
    /// How many processes of each device are named; 0 for none.
    public var processLimit = 0
    /// Whether each NVLink is read by itself.
    public var hasNVLinks = false
    /// Whether MIG instances are read.
    public var hasMIG = false
    /// Whether profiling samples are taken.
    public var hasGPM = false
    /// Whether a thread waits for Xid messages.
    public var hasXid = false
    /// How long handles are let go of on demand.
    public var releaseNanoseconds: UInt64 = 60_000_000_000

    /// How long nobody must have used GPUs that may sleep before they are let go of; 0 for never.
    public var idleReleaseNanoseconds: UInt64 = 20_000_000_000

    /// The defaults.
    public init() {}

    /// What the flags say; the defaults where they are not declared.
    public init(_ options: Options) {
        let path = options[Self.libraryFlag]
        libraryPath = path.isEmpty ? nil : path
        let timeout = options[Self.timeoutFlag]
        if timeout > 0 { timeoutNanoseconds = timeout }
        wakesSuspended = options[Self.wakeSuspendedFlag]
        processLimit = options[Self.processesFlag]
        hasNVLinks = options[Self.nvlinksFlag]
        hasMIG = options[Self.migFlag]
        hasGPM = options[Self.gpmFlag]
        hasXid = options[Self.xidFlag]
        let release = options[Self.releaseTimeFlag]
        if release > 0 { releaseNanoseconds = release }
        idleReleaseNanoseconds = options[Self.idleReleaseFlag]
    }
}
