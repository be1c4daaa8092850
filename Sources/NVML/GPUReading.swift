// SPDX-License-Identifier: Apache-2.0

/// Everything that one cycle reads about a device, in the units of the library.
///
/// A value that the device does not have, that is one of the library's blanks or that cannot be is nil. Keep one and
/// hand it in again each cycle: its arrays keep their storage.
public struct GPUReading: Sendable {
    /// Busy shares of the engines.
    public var utilization = GPUUtilization()
    /// Frame buffer memory.
    public var memory: GPUMemory?
    /// The window through which the host sees the memory.
    public var bar1: GPUMemory?
    /// Temperatures and their limits.
    public var temperatures = GPUTemperatures()
    /// One entry per fan that answers; none on passive cards.
    public var fans: [GPUFan] = []
    /// Power, its limits, energy.
    public var power = GPUPower()
    /// Clocks as they are.
    public var clocks = GPUClocks()
    /// The highest clocks.
    public var clocksMax = GPUClocks()
    /// The clocks that applications are given, where the driver still has that notion.
    public var clocksApplication = GPUClocks()
    /// Why the clocks are below the highest: one bit per reason.
    public var clockEventReasons: GPUClockEventReasons?
    /// How long each reason has held.
    public var clockEventTimes = GPUClockEventTimes()
    /// 0 (fastest) to 15.
    public var performanceState: UInt32?
    /// 0 default, 1 exclusive thread, 2 prohibited, 3 exclusive process.
    public var computeMode: UInt32?
    /// Whether the driver stays loaded without users of the device.
    public var persistenceMode: Bool?
    /// The PCIe link.
    public var pcie = GPUPCIe()
    /// ECC and its errors.
    public var ecc = GPUECC()
    /// Memory pages taken out of use, on generations before Ampere.
    public var retiredPages = GPURetiredPages()
    /// Memory rows replaced by spare ones, from Ampere on.
    public var remappedRows = GPURemappedRows()
    /// How many NVLinks the device has.
    public var nvlinkCount: UInt32?
    /// Bytes of payload sent over all NVLinks up to generation 4.
    public var nvlinkTransmittedBytes: UInt64?
    /// Bytes of payload received over all NVLinks up to generation 4.
    public var nvlinkReceivedBytes: UInt64?
    /// One entry per NVLink; only where asked for.
    public var nvlinks: [GPUNVLink] = []
    /// What the driver wants done: 0 nothing, 1 reset, 2 reboot of the node, 3 drain peers, 4 drain and reset, 5
    /// recover IMEX, 6 bus reset, 7 reboot of the system.
    ///
    /// Anything but 0 means: recovery needed.
    public var recoveryAction: UInt32?
    /// Whether MIG is on.
    public var migMode: Bool?
    /// Whether MIG will be on after the next reset.
    public var migModePending: Bool?
    /// The MIG instances there are; only where asked for.
    public var migInstances: [MIGInstance] = []
    /// The NVLink fabric registration.
    public var fabric: GPUFabric?
    /// How many processes use the device, by kind.
    public var processCounts = GPUProcessCounts()
    /// The processes themselves; only where asked for.
    public var processes: [GPUProcess] = []
    /// What reading cost and what went missing.
    public var cost = GPUReadingCost()

    /// An empty reading.
    public init() {}

    /// Empties the reading, but keeps the storage of its arrays.
    mutating func clear() {
        var empty = GPUReading()
        swap(&empty.fans, &fans)
        swap(&empty.nvlinks, &nvlinks)
        swap(&empty.migInstances, &migInstances)
        swap(&empty.processes, &processes)
        empty.fans.removeAll(keepingCapacity: true)
        empty.nvlinks.removeAll(keepingCapacity: true)
        empty.migInstances.removeAll(keepingCapacity: true)
        empty.processes.removeAll(keepingCapacity: true)
        self = empty
    }
}

/// What of a reading costs more than it is worth to everybody.
public struct GPUReadingOptions: Hashable, Sendable {
    /// Read every NVLink by itself: eight fields per link in one more call.
    public var nvlinks = false
    /// List the processes, not only count them.
    public var processes = false
    /// Enumerate MIG instances, where MIG is on.
    public var migInstances = false

    /// Everything off.
    public init() {}
}

/// What a reading cost and what went missing in it.
public struct GPUReadingCost: Hashable, Sendable {
    /// Calls into the library; a batch is one.
    public var calls: UInt32 = 0
    /// The sum of what the driver says each field of the batches took, in microseconds.
    public var fieldMicroseconds: UInt64 = 0
    /// What the slowest field took.
    public var slowestFieldMicroseconds: UInt64 = 0
    /// Which field that was; 0 where the driver tells no times.
    public var slowestField: UInt32 = 0
    /// Values that should be there and are not.
    public var lostValues: UInt32 = 0
    /// How many of those for want of permission.
    public var deniedValues: UInt32 = 0
    /// The last reason for a lost value.
    public var lastFailure: NVMLError?

    /// Nothing spent.
    public init() {}
}
