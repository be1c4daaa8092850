// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// How well the kernel's clock is kept.
///
/// Source: adjtimex(2) of the live system, whatever `--path.procfs` says.
struct TimexCollector: Collector {
    enum Metric: Int, FamilyKey {
        case offset, frequency, maximumError, estimatedError, status, timeConstant, tick, ppsFrequency, ppsJitter
        case ppsShift, ppsStability, ppsJitterCount, ppsCalibrations, ppsErrors, ppsStabilityCount, taiOffset, sync

        var family: MetricFamily {
            switch self {
            case .offset: .gauge("node_timex_offset_seconds", [], "Seconds between this clock and the reference.")
            case .frequency:
                .gauge("node_timex_frequency_adjustment_ratio", [], "How much faster the clock is made to run.")
            case .maximumError: .gauge("node_timex_maxerror_seconds", [], "Greatest error of the clock, in seconds.")
            case .estimatedError:
                .gauge("node_timex_estimated_error_seconds", [], "Estimated error of the clock, in seconds.")
            case .status: .gauge("node_timex_status", [], "Bits of the clock's status (STA_*).")
            case .timeConstant:
                .gauge("node_timex_loop_time_constant", [], "Time constant of the loop that steers the clock.")
            case .tick: .gauge("node_timex_tick_seconds", [], "Seconds between two ticks of the clock.")
            case .ppsFrequency: .gauge("node_timex_pps_frequency_hertz", [], "Frequency of the pulse per second.")
            case .ppsJitter: .gauge("node_timex_pps_jitter_seconds", [], "Jitter of the pulse per second.")
            case .ppsShift: .gauge("node_timex_pps_shift_seconds", [], "Length of a calibration by pulses.")
            case .ppsStability:
                .gauge("node_timex_pps_stability_hertz", [], "How much the pulse's frequency changed lately.")
            case .ppsJitterCount: .counter("node_timex_pps_jitter_total", [], "Pulses with too much jitter.")
            case .ppsCalibrations: .counter("node_timex_pps_calibration_total", [], "Calibrations by pulses.")
            case .ppsErrors: .counter("node_timex_pps_error_total", [], "Calibrations by pulses that failed.")
            case .ppsStabilityCount:
                .counter("node_timex_pps_stability_exceeded_total", [], "Calibrations with too unstable a pulse.")
            case .taiOffset:
                .gauge("node_timex_tai_offset_seconds", [], "Seconds that International Atomic Time is ahead of UTC.")
            case .sync: .gauge("node_timex_sync_status", [], "1 where the clock is kept in step with a reference.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "timex", group: .system, help: "How well the kernel's clock is kept in step.",
        reads: ["adjtimex(2)"])

    /// Frequencies count in 2^-16 parts per million.
    private static let frequencyUnits = 65_536_000_000.0

    init(context: CollectorContext) {}

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        var failure: Int32 = 0
        guard let clock = ClockDiscipline.read(failure: &failure) else {
            if failure == EPERM || failure == EACCES {
                return .absent(Absence(.noPermission, "adjtimex is not permitted here"))
            }
            throw .system(call: "adjtimex", errno: failure)
        }
        let units = TimexCollector.frequencyUnits
        writer.write(Metric.sync, clock.isSynchronised)
        writer.write(Metric.offset, Double(clock.offset) / clock.unitsPerSecond)
        writer.write(Metric.frequency, 1 + Double(clock.frequency) / units)
        writer.write(Metric.maximumError, Double(clock.maximumErrorMicroseconds) / 1e6)
        writer.write(Metric.estimatedError, Double(clock.estimatedErrorMicroseconds) / 1e6)
        writer.write(Metric.status, clock.status)
        writer.write(Metric.timeConstant, clock.timeConstant)
        writer.write(Metric.tick, Double(clock.tickMicroseconds) / 1e6)
        writer.write(Metric.ppsFrequency, Double(clock.ppsFrequency) / units)
        writer.write(Metric.ppsJitter, Double(clock.ppsJitter) / clock.unitsPerSecond)
        writer.write(Metric.ppsShift, clock.ppsShift)
        writer.write(Metric.ppsStability, Double(clock.ppsStability) / units)
        writer.write(Metric.ppsJitterCount, clock.ppsJitterCount)
        writer.write(Metric.ppsCalibrations, clock.ppsCalibrationCount)
        writer.write(Metric.ppsErrors, clock.ppsErrorCount)
        writer.write(Metric.ppsStabilityCount, clock.ppsStabilityCount)
        writer.write(Metric.taiOffset, clock.taiOffsetSeconds)
        return .available
    }
}
