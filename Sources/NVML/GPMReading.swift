// SPDX-License-Identifier: Apache-2.0

/// Profiling metrics of a device or of a MIG GPU instance over the time between two samples.
public struct GPMReading: Hashable, Sendable {
    /// Time in which any compute or graphics work ran, percent.
    public var graphicsPercent: Double?
    /// Share of multiprocessors that were busy, percent.
    public var smPercent: Double?
    /// Share of the possible warps that were resident, percent.
    public var smOccupancyPercent: Double?
    /// Tensor cores, percent.
    public var tensorPercent: Double?
    /// Memory bandwidth used of the possible, percent.
    public var dramPercent: Double?
    /// Double precision arithmetic, percent.
    public var fp64Percent: Double?
    /// Single precision arithmetic, percent.
    public var fp32Percent: Double?
    /// Half precision arithmetic, percent.
    public var fp16Percent: Double?
    /// Sent over PCIe, MiB/s.
    public var pcieTransmittedMebibytesPerSecond: Double?
    /// Received over PCIe, MiB/s.
    public var pcieReceivedMebibytesPerSecond: Double?
    /// Received over all NVLinks, MiB/s.
    public var nvlinkReceivedMebibytesPerSecond: Double?
    /// Sent over all NVLinks, MiB/s.
    public var nvlinkTransmittedMebibytesPerSecond: Double?

    /// Nothing known.
    public init() {}

    /// The library's numbers of these metrics.
    static let metrics: [UInt32] = [1, 2, 3, 5, 10, 11, 12, 13, 20, 21, 60, 61]

    /// Takes one metric over, unless it is not a number or cannot be.
    mutating func set(_ metric: UInt32, _ value: Double) {
        // Shares a little above the whole happen, as the two ends of a window are not sharp.
        let limit = metric < 20 ? 100.0 : 1e9
        guard value >= 0, value <= limit * 1.01 else { return }
        let value = min(value, limit)
        switch metric {
        case 1: graphicsPercent = value
        case 2: smPercent = value
        case 3: smOccupancyPercent = value
        case 5: tensorPercent = value
        case 10: dramPercent = value
        case 11: fp64Percent = value
        case 12: fp32Percent = value
        case 13: fp16Percent = value
        case 20: pcieTransmittedMebibytesPerSecond = value
        case 21: pcieReceivedMebibytesPerSecond = value
        case 60: nvlinkReceivedMebibytesPerSecond = value
        case 61: nvlinkTransmittedMebibytesPerSecond = value
        default: break
        }
    }
}
