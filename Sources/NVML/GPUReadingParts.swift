// SPDX-License-Identifier: Apache-2.0

/// Busy shares in percent, 0 to 100, over the driver's own window (a sixth of a second to a second).
///
/// All nil while MIG is on.
public struct GPUUtilization: Hashable, Sendable {
    /// Time in which at least one kernel ran.
    public var gpuPercent: UInt32?
    /// Time in which memory was read or written.
    public var memoryPercent: UInt32?
    /// The video encoders.
    public var encoderPercent: UInt32?
    /// The video decoders.
    public var decoderPercent: UInt32?
    /// The JPEG engines.
    public var jpegPercent: UInt32?
    /// The optical flow engine.
    public var ofaPercent: UInt32?
}

/// An amount of memory and how it is used.
public struct GPUMemory: Hashable, Sendable {
    /// All there is.
    public var totalBytes: UInt64
    /// Taken; without the reserved part where that is known.
    public var usedBytes: UInt64
    /// Not taken.
    public var freeBytes: UInt64
    /// Kept by driver and firmware; nil where the driver counts it as used.
    public var reservedBytes: UInt64?
}

/// Temperatures in degrees Celsius.
public struct GPUTemperatures: Hashable, Sendable {
    /// The GPU core.
    public var gpuCelsius: Int32?
    /// The memory; data centre cards only.
    public var memoryCelsius: Int32?
    /// How far the core is from the temperature at which it is slowed down.
    public var marginCelsius: Int32?
    /// Limits as temperatures.
    ///
    /// Older generations have these.
    public var limits = GPUTemperatureLimits()
    /// Limits on the scale of ``marginCelsius``, 0 or below; not temperatures.
    ///
    /// Ada and later have these.
    public var marginLimits = GPUTemperatureLimits()
}

/// The temperatures at which something happens.
public struct GPUTemperatureLimits: Hashable, Sendable {
    /// The hardware shuts down.
    public var shutdownCelsius: Int32?
    /// The hardware slows down.
    public var slowdownCelsius: Int32?
    /// Software slows down for the memory's sake.
    public var memoryMaxCelsius: Int32?
    /// Software slows down.
    public var gpuMaxCelsius: Int32?
}

/// One fan of a device.
public struct GPUFan: Hashable, Sendable {
    /// Its number on this device.
    public var index: UInt32
    /// The speed that is aimed for, in percent of the highest; can exceed 100.
    public var speedPercent: UInt32?
    /// The measured speed.
    public var rpm: UInt32?
}

/// Power in milliwatts, energy in millijoules.
public struct GPUPower: Hashable, Sendable {
    /// The classic figure: averaged over a second on most generations from Ampere on, momentary on others.
    public var usageMilliwatts: UInt32?
    /// Averaged over one second.
    public var averageMilliwatts: UInt32?
    /// Momentary.
    public var instantMilliwatts: UInt32?
    /// The limit in force.
    public var limitEnforcedMilliwatts: UInt32?
    /// The limit that was asked for.
    public var limitManagementMilliwatts: UInt32?
    /// The limit after a restart.
    public var limitDefaultMilliwatts: UInt32?
    /// The lowest limit that can be set.
    public var limitMinMilliwatts: UInt32?
    /// The highest limit that can be set.
    public var limitMaxMilliwatts: UInt32?
    /// Spent since the driver was loaded.
    public var energyMillijoules: UInt64?
}

/// Clocks in megahertz.
public struct GPUClocks: Hashable, Sendable {
    /// Graphics.
    public var graphicsMegahertz: UInt32?
    /// Streaming multiprocessors.
    public var smMegahertz: UInt32?
    /// Memory.
    public var memoryMegahertz: UInt32?
    /// Video engines.
    public var videoMegahertz: UInt32?
}

/// Reasons for which clocks are held down.
public struct GPUClockEventReasons: OptionSet, Hashable, Sendable {
    /// The bits as the library gives them.
    public let rawValue: UInt64

    /// Takes any bits.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Every reason that has a name, in the order of its bit.
    public static let named: [(reason: GPUClockEventReasons, name: String)] = [
        (.init(rawValue: 0x1), "gpu_idle"), (.init(rawValue: 0x2), "app_clocks"),
        (.init(rawValue: 0x4), "sw_power_cap"), (.init(rawValue: 0x8), "hw_slowdown"),
        (.init(rawValue: 0x10), "sync_boost"), (.init(rawValue: 0x20), "sw_thermal"),
        (.init(rawValue: 0x40), "hw_thermal"), (.init(rawValue: 0x80), "hw_power_brake"),
        (.init(rawValue: 0x100), "display"), (.init(rawValue: 0x200), "board_limit"),
        (.init(rawValue: 0x400), "reliability"),
    ]
}

/// For how long clocks were held down, in nanoseconds since the driver was loaded.
public struct GPUClockEventTimes: Hashable, Sendable {
    /// By the power limit.
    public var powerCapNanoseconds: UInt64?
    /// By temperature, any cause.
    public var thermalNanoseconds: UInt64?
    /// By the slowest of a group.
    public var syncBoostNanoseconds: UInt64?
    /// By a limit of the board.
    public var boardLimitNanoseconds: UInt64?
    /// By want of work.
    public var lowUtilizationNanoseconds: UInt64?
    /// By reliability.
    public var reliabilityNanoseconds: UInt64?
    /// Below the base clocks, any cause.
    public var baseClocksNanoseconds: UInt64?
    /// By temperature, by software.
    public var softwareThermalNanoseconds: UInt64?
    /// By temperature, by hardware.
    public var hardwareThermalNanoseconds: UInt64?
    /// By the power brake line.
    public var powerBrakeNanoseconds: UInt64?
}

/// The PCIe link of a device.
public struct GPUPCIe: Hashable, Sendable {
    /// The generation in use; sinks when idle.
    public var generation: UInt32?
    /// Lanes in use.
    public var width: UInt32?
    /// The highest generation that device and slot have in common.
    public var generationMax: UInt32?
    /// The most lanes that device and slot have in common.
    public var widthMax: UInt32?
    /// Packets sent again.
    public var replays: UInt64?
    /// Bytes sent to the host; the counter can wrap.
    public var transmittedBytes: UInt64?
    /// Bytes received from the host; the counter can wrap.
    public var receivedBytes: UInt64?
}

/// ECC and the errors it saw.
///
/// Volatile counts begin when the driver is loaded, aggregate ones with the board.
public struct GPUECC: Hashable, Sendable {
    /// Whether it is on.
    public var enabled: Bool?
    /// Whether it will be on after a reboot.
    public var enabledPending: Bool?
    /// Corrected since the driver was loaded.
    public var correctedVolatile: UInt64?
    /// Not correctable, since the driver was loaded.
    public var uncorrectedVolatile: UInt64?
    /// Corrected in the board's life.
    public var correctedAggregate: UInt64?
    /// Not correctable, in the board's life.
    public var uncorrectedAggregate: UInt64?
}

/// Memory pages taken out of use.
public struct GPURetiredPages: Hashable, Sendable {
    /// For repeated single-bit errors.
    public var singleBit: UInt64?
    /// For a double-bit error.
    public var doubleBit: UInt64?
    /// Whether some wait for a restart.
    public var pending: Bool?
}

/// Memory rows replaced by spare ones.
public struct GPURemappedRows: Hashable, Sendable {
    /// For correctable errors.
    public var correctable: UInt64?
    /// For uncorrectable errors.
    public var uncorrectable: UInt64?
    /// Whether some wait for a reset.
    public var pending: Bool?
    /// Whether a replacement failed: the board is due for exchange.
    public var failed: Bool?
}

/// One NVLink.
public struct GPUNVLink: Hashable, Sendable {
    /// Its number on this device.
    public var link: UInt32
    /// Whether it is up.
    public var isUp: Bool?
    /// Payload sent.
    public var transmittedBytes: UInt64?
    /// Payload received.
    public var receivedBytes: UInt64?
    /// Packets sent again.
    public var replayErrors: UInt64?
    /// Times the link had to be trained again.
    public var recoveryErrors: UInt64?
    /// Checksum errors.
    public var crcErrors: UInt64?
}

/// The registration of a device with its NVLink fabric.
public struct GPUFabric: Hashable, Sendable {
    /// 0 not supported, 1 not started, 2 in progress, 3 completed.
    public var state: UInt32
    /// How it ended; tells something when completed.
    public var status: NVMLReturn
    /// The clique within the cluster.
    public var clique: UInt32
    /// Bits about the fabric's health; nil where the driver gives none.
    public var healthMask: UInt32?
}

/// How many processes use a device.
public struct GPUProcessCounts: Hashable, Sendable {
    /// With a compute context.
    public var compute: UInt32?
    /// With a graphics context.
    public var graphics: UInt32?
    /// With a compute context under MPS.
    public var mps: UInt32?
}
