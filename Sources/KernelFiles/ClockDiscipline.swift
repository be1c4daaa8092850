// SPDX-License-Identifier: Apache-2.0

import CKernel

/// The state of the kernel's clock and of the loop that steers it.
///
/// Source: adjtimex(2), which is only read.
public struct ClockDiscipline: Sendable {
    /// False where the kernel takes its clock for unsynchronised (TIME_ERROR).
    public let isSynchronised: Bool
    /// The STA_* bits.
    public let status: Int64
    /// How many units of `offset` and `ppsJitter` make a second: 1e9 or 1e6.
    public let unitsPerSecond: Double
    /// Offset to the reference clock, in units of `unitsPerSecond`.
    public let offset: Int64
    /// Frequency correction in 2^-16 parts per million, as `ppsFrequency` and `ppsStability`.
    public let frequency: Int64
    /// Greatest error, in microseconds.
    public let maximumErrorMicroseconds: Int64
    /// Estimated error, in microseconds.
    public let estimatedErrorMicroseconds: Int64
    /// Time constant of the phase-locked loop.
    public let timeConstant: Int64
    /// Microseconds between two ticks of user time.
    public let tickMicroseconds: Int64
    /// Frequency of the pulse-per-second signal, in 2^-16 parts per million.
    public let ppsFrequency: Int64
    /// Jitter of the pulse-per-second signal, in units of `unitsPerSecond`.
    public let ppsJitter: Int64
    /// Length of the calibration interval, a power of 2 of seconds.
    public let ppsShift: Int64
    /// Stability of the pulse-per-second signal, in 2^-16 parts per million.
    public let ppsStability: Int64
    /// Pulses whose jitter was over the limit.
    public let ppsJitterCount: Int64
    /// Calibration intervals.
    public let ppsCalibrationCount: Int64
    /// Calibration errors.
    public let ppsErrorCount: Int64
    /// Pulses whose stability was over the limit.
    public let ppsStabilityCount: Int64
    /// Offset of International Atomic Time, in seconds.
    public let taiOffsetSeconds: Int64

    private static let timeError: Int32 = 5
    private static let nanosecondsBit: Int32 = 0x2000

    /// Reads the clock's state; nil with the system's error number in `failure` where the call is refused.
    public static func read(failure: inout Int32) -> ClockDiscipline? {
        var clock = ckernel_clock()
        // The call fills the struct and keeps no pointer.
        failure = unsafe ckernel_read_clock(&clock)
        return failure == 0 ? ClockDiscipline(clock) : nil
    }

    private init(_ clock: ckernel_clock) {
        isSynchronised = clock.state != ClockDiscipline.timeError
        status = Int64(clock.status)
        unitsPerSecond = clock.status & ClockDiscipline.nanosecondsBit != 0 ? 1e9 : 1e6
        offset = clock.offset
        frequency = clock.frequency
        maximumErrorMicroseconds = clock.maximum_error
        estimatedErrorMicroseconds = clock.estimated_error
        timeConstant = clock.time_constant
        tickMicroseconds = clock.tick
        ppsFrequency = clock.pps_frequency
        ppsJitter = clock.pps_jitter
        ppsShift = clock.pps_shift
        ppsStability = clock.pps_stability
        ppsJitterCount = clock.pps_jitter_count
        ppsCalibrationCount = clock.pps_calibration_count
        ppsErrorCount = clock.pps_error_count
        ppsStabilityCount = clock.pps_stability_count
        taiOffsetSeconds = clock.tai_offset
    }
}
