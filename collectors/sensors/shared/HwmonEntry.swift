// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// One entry of /sys/class/hwmon and the names that belong to it.
struct HwmonEntry: Equatable {
    /// `hwmon3`.
    let entry: String
    /// The path of the entry.
    let path: String
    /// The same, as it is asked for at each scrape.
    private let link: RawPath
    /// Where the entry's link points to; nil where it is no link.
    let target: String?
    /// What the driver calls the chip, cleaned; nil where it says nothing, and where it cannot be read.
    ///
    /// Several chips may have the same.
    let name: String?
    /// Why the name could not be read; nil where it could, or is not there.
    let nameLoss: KernelFileError?
    /// The file that has the name, and what it said.
    private let nameFile: KernelFile
    private let nameText: [UInt8]
    /// What the chip is called by the place of its device: `platform_coretemp_0`.
    ///
    /// Chips on one device share it.
    let base: String

    /// Reads the names of an entry; nil where there is no such folder.
    init?(_ entry: String, in folder: String, from reader: inout KernelFileReader) {
        self.entry = entry
        path = folder + "/" + entry
        link = RawPath(path)
        guard let resolved = Self.resolved(path, &reader), reader.exists(path + "/.") else { return nil }
        target = Self.target(of: path, &reader)
        nameFile = KernelFile(oneRead: path + "/name")
        switch reader.attribute(nameFile) {
        case .value(let bytes):
            nameText = bytes.array
            let text = HwmonText.clean(bytes.text)
            name = text.isEmpty ? nil : text
            nameLoss = nil
        case .none:
            (nameText, name, nameLoss) = ([], nil, nil)
        case .lost(let error):
            (nameText, name, nameLoss) = ([], nil, error)
        }
        let device = Self.resolved(path + "/device", &reader).map(Self.baseOfDevice) ?? ""
        base =
            if !device.isEmpty {
                device
            } else if let name {
                name
            } else {
                HwmonText.clean(Self.lastPart(of: resolved))
            }
    }

    /// True where the entry's link points elsewhere, or its chip is called otherwise, than when this was read.
    func isChanged(_ reader: inout KernelFileReader) -> Bool {
        isMoved(&reader) || isRenamed(&reader)
    }

    private func isMoved(_ reader: inout KernelFileReader) -> Bool {
        do throws(KernelFileError) {
            let now = try reader.target(ofLink: link)
            guard let target else { return true }
            return !(now == target)
        } catch {
            // No link, as before, or gone, which the listing shows.
            return target != nil
        }
    }

    private func isRenamed(_ reader: inout KernelFileReader) -> Bool {
        switch reader.attribute(nameFile) {
        case .value(let bytes): nameLoss != nil || bytes != nameText
        case .none: nameLoss != nil || !nameText.isEmpty
        case .lost(let error): nameLoss != error
        }
    }

    static func == (left: HwmonEntry, right: HwmonEntry) -> Bool {
        left.path == right.path && left.target == right.target && left.name == right.name
            && left.nameLoss == right.nameLoss && left.base == right.base
    }

    /// The labels of chips, of all that there are: by the place of the device, and where several chips are on one
    /// device, also by the driver's name, or by the entry where they share that too.
    static func labels(of entries: [HwmonEntry]) -> [String] {
        entries.map { entry in
            let others = entries.filter { $0.base == entry.base && $0.entry != entry.entry }
            guard !others.isEmpty else { return entry.base }
            guard let name = entry.name, !others.contains(where: { $0.name == name }) else {
                return entry.base + "_" + HwmonText.clean(entry.entry)
            }
            return entry.base + "_" + name
        }
    }

    /// Bus or class and device: `platform_applesmc_768`.
    private static func baseOfDevice(_ path: String) -> String {
        let device = lastPart(of: path)
        let parent = HwmonText.clean(lastPart(of: String(path.dropLast(device.count + 1))))
        let name = HwmonText.clean(device)
        if name.isEmpty { return "" }
        return parent.isEmpty ? name : parent + "_" + name
    }

    private static func lastPart(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }

    // An entry that cannot be read is one without a name of this kind; the next kind is tried then.

    private static func target(of path: String, _ reader: inout KernelFileReader) -> String? {
        (try? reader.target(ofLink: path))?.text
    }

    private static func resolved(_ path: String, _ reader: inout KernelFileReader) -> String? {
        (try? reader.resolved(path))?.text
    }
}
