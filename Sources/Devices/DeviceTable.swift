// SPDX-License-Identifier: Apache-2.0

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
        let devices = snapshot.devices.map { device in
            object([
                ("device", string(device.id)), ("kind", string(device.kind.rawValue)),
                ("state", string(device.state.rawValue)), ("available", device.state.isAvailable ? "true" : "false"),
                ("vendor", string(device.vendor)), ("model", string(device.model)), ("driver", string(device.driver)),
                ("driver_version", string(device.driverVersion)), ("uuid", string(device.uuid)),
                ("gpu", device.gpuID.map(String.init) ?? "null"),
                ("numa_node", device.numaNode.map(String.init) ?? "null"),
                ("last_seen", String(snapshot.lastSeenSeconds(device))),
            ])
        }
        let expected = ComputeKind.allCases.compactMap { kind in
            snapshot.expected(kind).map { (kind.rawValue, String($0)) }
        }
        return object([
            ("devices", "[" + devices.joined(separator: ",") + "]"), ("expected", object(expected)),
            ("preferred", snapshot.preferredKind.map { string($0.rawValue) } ?? "null"),
            ("problems", "[" + (snapshot.problems.map(string)).joined(separator: ",") + "]"),
        ]) + "\n"
    }

    private static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { string($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
    }

    private static func string(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    private static func printable(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            out.unicodeScalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
        }
        return out
    }
}
