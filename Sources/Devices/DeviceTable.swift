// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// What `host-exporter devices` prints.
public enum DeviceTable {
    private static let header = [
        "DEVICE", "KIND", "STATE", "USABLE", "VENDOR", "MODEL", "DRIVER", "VERSION", "GPU", "NUMA",
    ]

    /// A table for people, then what is expected and not there.
    ///
    /// Control characters in names become `?`.
    public static func text(_ snapshot: DeviceSnapshot) -> String {
        var rows = [header]
        for device in snapshot.devices {
            rows.append([
                device.id, device.kind.rawValue, device.state.rawValue, device.state.isAvailable ? "yes" : "no",
                device.vendor, device.model, device.driver, device.driverVersion, device.gpuID.map(String.init) ?? "",
                device.numaNode.map(String.init) ?? "",
            ])
        }
        rows = rows.map { $0.map { $0.isEmpty ? "-" : printable($0) } }
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var text = ""
        for row in rows {
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.hasSuffix(" ") { line.removeLast() }
            text += line + "\n"
        }
        for kind in ComputeKind.allCases {
            guard let expected = snapshot.expected(kind) else { continue }
            let missing = snapshot.count(kind, in: .missing)
            if missing > 0 { text += "\(kind.rawValue): \(expected) expected, \(missing) missing\n" }
        }
        if let absence = snapshot.busAbsence { text += printable(absence) + "\n" }
        for problem in snapshot.problems { text += printable(problem) + "\n" }
        return text
    }

    /// The same as one JSON object, with a line feed behind it.
    public static func json(_ snapshot: DeviceSnapshot) -> String {
        var json = JSONWriter()
        json.object { json in
            json.key("devices")
            json.array { json in
                for device in snapshot.devices { write(device, of: snapshot, to: &json) }
            }
            json.key("expected")
            json.object { json in
                for kind in ComputeKind.allCases {
                    if let count = snapshot.expected(kind) { json.member(kind.rawValue, count) }
                }
            }
            json.member("preferred", snapshot.preferredKind?.rawValue)
            json.member("problems", snapshot.problems)
        }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }

    private static func write(_ device: Device, of snapshot: DeviceSnapshot, to json: inout JSONWriter) {
        json.object { json in
            json.member("device", device.id)
            json.member("kind", device.kind.rawValue)
            json.member("state", device.state.rawValue)
            json.member("available", device.state.isAvailable)
            json.member("vendor", device.vendor)
            json.member("model", device.model)
            json.member("driver", device.driver)
            json.member("driver_version", device.driverVersion)
            json.member("uuid", device.uuid)
            json.member("gpu", device.gpuID)
            json.member("numa_node", device.numaNode)
            json.member("last_seen", snapshot.lastSeenSeconds(device))
        }
    }

    private static func printable(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            out.unicodeScalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
        }
        return out
    }
}
