// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// Services that runit supervises.
///
/// Source: `supervise/status` in each service's folder, runsv(8).
struct RunitCollector: Collector {
    enum Metric: Int, FamilyKey {
        case state, desired, normal, changed

        var family: MetricFamily {
            switch self {
            case .state: gauge("state", "State of a service: 0 down, 1 up, 2 its finish script runs.")
            case .desired: gauge("desired_state", "State that a service was told to be in: 0 down, 1 up.")
            case .normal: gauge("normal_state", "1 for a service that is up unless it is told otherwise, else 0.")
            case .changed:
                gauge("state_last_change_timestamp_seconds", "Unix time at which a service's state changed last.")
            }
        }

        private func gauge(_ name: String, _ help: String) -> MetricFamily {
            .gauge("node_service_" + name, ["service", "supervisor"], help)
        }
    }

    static let serviceFolder = Flag.text(
        "collector.runit.servicedir", default: "/etc/service", help: "The folder of the services.")

    static let descriptor = CollectorDescriptor(
        name: "runit", group: .services, isDefault: false, help: "Services that runit supervises.",
        reads: ["/etc/service/*/supervise/status"], lane: .own, flags: [serviceFolder])

    /// Bytes of a status: 8 seconds of TAI64, 4 nanoseconds, 4 process, then paused, wanted, TERM sent, state.
    private static let statusLength = 20
    /// Where TAI64 has the beginning of Unix time, ten leap seconds included, as runit writes it.
    private static let unixEpoch: UInt64 = 4_611_686_018_427_387_914

    private let folder: String

    init(context: CollectorContext) {
        folder = context.options[Self.serviceFolder]
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        // The folder lies on an ordinary file system, which nobody keeps from being unmounted.
        guard var listing = try reader.listIfPresent(KernelDirectory(folder)) else {
            return .noDevice("\(folder) is not there")
        }
        while let name = listing.next() {
            // As runsvdir has it, what begins with a full stop is no service.
            if name[0] == UInt8(ascii: ".") { continue }
            do throws(CollectorError) {
                guard let status = try status(of: name, from: &reader) else { continue }
                write(status, name, into: &writer)
            } catch {
                // supervise is a folder for root alone.
                writer.lose(error)
            }
        }
        return .available
    }

    /// The status of a service; nil for one that nobody supervises, and for a file that is no service.
    private func status(of name: Bytes, from reader: inout KernelFileReader) throws(CollectorError) -> Bytes? {
        let supervise = "\(folder)/\(name.text)/supervise"
        guard let bytes = try reader.readIfPresent(path: supervise + "/status") else { return nil }
        guard bytes.count == Self.statusLength, seconds(of: bytes) != nil, let state = bytes[19], state <= 2 else {
            throw .malformed(path: supervise + "/status", what: "\(bytes.count) bytes that are no status of runsv")
        }
        // The file stays when runsv has gone. Nobody has the other end of the pipe open then, which is how sv asks too.
        let descriptor = unsafe open(supervise + "/ok", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno == ENXIO {
            throw .other("\(supervise): runsv does not run, and its status is of earlier")
        }
        return bytes
    }

    /// The Unix time of a status; nil where it is none.
    private func seconds(of status: Bytes) -> UInt64? {
        var time: UInt64 = 0
        for at in 0..<8 { time = time << 8 | UInt64(status[at] ?? 0) }
        return time >= Self.unixEpoch && time < 1 << 63 ? time - Self.unixEpoch : nil
    }

    private func write(_ status: Bytes, _ name: Bytes, into writer: inout Writer) {
        let labels = writer.labels {
            $0.add("service", name)
            $0.add("supervisor", "runit")
        }
        writer.write(.state, labels, UInt64(status[19] ?? 0))
        writer.write(.desired, labels, status[17] == UInt8(ascii: "u"))
        let isNormallyDown = unsafe access("\(folder)/\(name.text)/down", F_OK) == 0
        writer.write(.normal, labels, !isNormallyDown)
        if let seconds = seconds(of: status) { writer.write(.changed, labels, seconds) }
    }
}
