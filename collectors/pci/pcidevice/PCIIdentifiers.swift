// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// The names of pci.ids by their ids, as node_exporter finds them; libpci gives none of the subsystem's alone.
///
/// Source: the PCI ID repository, pci.ids(5).
struct PCIIdentifiers {
    /// What a function says of itself, in hexadecimal with 0x.
    struct IDs: Equatable {
        let classID, vendor, device, subsystemVendor, subsystemDevice: String

        init(classID: Bytes, vendor: Bytes, device: Bytes, subsystemVendor: Bytes, subsystemDevice: Bytes) {
            self.classID = classID.from(2).text
            self.vendor = vendor.from(2).text
            self.device = device.from(2).text
            self.subsystemVendor = subsystemVendor.from(2).text
            self.subsystemDevice = subsystemDevice.from(2).text
        }
    }

    /// The names for them; the id where there is none.
    struct Names {
        let ofClass, vendor, device, subsystemVendor, subsystemDevice: String
    }

    /// By `10de`, `10de 2335`, `10de 2335 10de 18be`, and for classes by `C 01`, `C 0108`, `C 010802`.
    private var names: [String: String] = [:]

    /// The names of the first of these files that can be read; none where none can.
    init(_ paths: [String], from reader: inout KernelFileReader) {
        for path in paths {
            // A host without the file has no names, which is no loss.
            guard let bytes = try? reader.contents(ofPath: path) else { continue }
            read(bytes)
            return
        }
    }

    private mutating func read(_ bytes: Bytes) {
        var parents = ["", ""]
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine() {
            guard let first = line[0], first != UInt8(ascii: "#") else { continue }
            let depth = first != 0x09 ? 0 : line[1] != 0x09 ? 1 : 2
            let text = line.from(depth).text
            // The id and the name are two blanks apart; a subsystem's id is two numbers with one between them.
            guard let gap = text.range(ofTwoBlanks: ()) else { continue }
            let id = String(text[..<gap.lowerBound])
            let isClass = parents[0].hasPrefix("C ")
            let key =
                switch depth {
                case 0: id
                case 1: parents[0] + (isClass ? "" : " ") + id
                default: parents[1] + (isClass ? "" : " ") + id
                }
            names[key] = String(text[gap.upperBound...])
            if depth < 2 { parents[depth] = key }
        }
    }

    /// The names for the ids of a function.
    func names(of ids: IDs) -> Names {
        let device = ids.vendor + " " + ids.device
        let ofClass = [6, 4, 2].lazy.compactMap { names["C " + ids.classID.prefix($0)] }.first
        return Names(
            ofClass: ofClass ?? "Unknown class (\(ids.classID))", vendor: names[ids.vendor] ?? ids.vendor,
            device: names[device] ?? ids.device, subsystemVendor: names[ids.subsystemVendor] ?? ids.subsystemVendor,
            subsystemDevice: names["\(device) \(ids.subsystemVendor) \(ids.subsystemDevice)"] ?? ids.subsystemDevice)
    }
}

extension String {
    /// Where the first two blanks are that stand together.
    fileprivate func range(ofTwoBlanks: Void) -> Range<String.Index>? {
        var start = startIndex
        while let blank = self[start...].firstIndex(of: " ") {
            let next = index(after: blank)
            guard next < endIndex else { return nil }
            if self[next] == " " { return blank..<index(after: next) }
            start = next
        }
        return nil
    }
}
