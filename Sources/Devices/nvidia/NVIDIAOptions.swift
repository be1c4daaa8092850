// SPDX-License-Identifier: Apache-2.0

public import CollectorKit

/// How NVIDIA's library is used.
public struct NVIDIAOptions: Sendable, Equatable {
    /// The flags, declared by the nvidia collector.
    public static let descriptors = [
        OptionDescriptor(
            "collector.nvidia.library", .text(default: ""),
            help: "File of libnvidia-ml to load. It alone is tried; without it the usual places are."),
        OptionDescriptor(
            "collector.nvidia.timeout", .duration(defaultNanoseconds: 2_000_000_000),
            help: "How long one cycle of queries may take, at most a quarter of the time that a scrape has; after it "
                + "the GPUs are stuck until the driver answers."),
        OptionDescriptor(
            "collector.nvidia.wake-suspended", .flag(default: false),
            help: "Ask GPUs that runtime power management has suspended too, which wakes them."),
        OptionDescriptor(
            "collector.nvidia.processes", .integer(default: 0, range: 0...1_000),
            help: "Show the memory of this many processes per GPU, those with the most; 0 shows none."),
        OptionDescriptor(
            "collector.nvidia.nvlinks", .flag(default: false), help: "Show every NVLink by itself, not their sum."),
        OptionDescriptor("collector.nvidia.mig", .flag(default: false), help: "Show MIG instances."),
        OptionDescriptor(
            "collector.nvidia.gpm", .flag(default: false),
            help: "Show the profiling figures of Hopper and later GPUs: how busy multiprocessors, tensor cores and "
                + "memory were since the last scrape."),
        OptionDescriptor(
            "collector.nvidia.xid", .flag(default: false),
            help: "Count the error messages (Xid) of the driver; a thread waits for them."),
        OptionDescriptor(
            "collector.nvidia.release-time", .duration(defaultNanoseconds: 60_000_000_000),
            help: "How long every /dev/nvidia* is let go of after SIGUSR1, so that a GPU can be unbound or "
                + "reconfigured."),
    ]

    /// The file to load; nil for the usual places.
    public var libraryPath: String?
    /// How long one cycle may take.
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

    /// The defaults.
    public init() {}

    /// What the flags say; the defaults where they are not declared.
    public init(_ options: Options) {
        let path = options.text("collector.nvidia.library")
        libraryPath = path.isEmpty ? nil : path
        let timeout = options.nanoseconds("collector.nvidia.timeout")
        if timeout > 0 { timeoutNanoseconds = timeout }
        wakesSuspended = options.flag("collector.nvidia.wake-suspended")
        processLimit = options.integer("collector.nvidia.processes")
        hasNVLinks = options.flag("collector.nvidia.nvlinks")
        hasMIG = options.flag("collector.nvidia.mig")
        hasGPM = options.flag("collector.nvidia.gpm")
        hasXid = options.flag("collector.nvidia.xid")
        let release = options.nanoseconds("collector.nvidia.release-time")
        if release > 0 { releaseNanoseconds = release }
    }
}
