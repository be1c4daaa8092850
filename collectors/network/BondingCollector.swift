// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Bonds of network interfaces and how many of their members work.
///
/// Source: /sys/class/net/bonding_masters, kernel Documentation/networking/bonding.rst.
struct BondingCollector: Collector {
    enum Metric: Int, FamilyKey {
        case slaves, active

        var family: MetricFamily {
            switch self {
            case .slaves: .gauge("node_bonding_slaves", ["master"], "Interfaces that belong to the bond.")
            case .active:
                .gauge("node_bonding_active", ["master"], "Those of them whose link is up as the bond monitors it.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "bonding", group: .network, help: "Bonds of network interfaces and their members.",
        reads: [
            "/sys/class/net/bonding_masters", "/sys/class/net/*/bonding/slaves",
            "/sys/class/net/*/lower_*/bonding_slave/mii_status",
        ])

    /// What is kept of a member: the files that say whether its link is up, the second as kernels before 3.9 have it.
    private struct Member {
        let status: KernelFile
        let olderStatus: KernelFile

        init(_ name: Bytes, of folder: String) {
            status = KernelFile(oneRead: "\(folder)/lower_\(name.text)/bonding_slave/mii_status")
            olderStatus = KernelFile(oneRead: "\(folder)/slave_\(name.text)/bonding_slave/mii_status")
        }

        /// The word that the bond has for its link: `up`, `going down`, `going back` or `down`.
        func word(from reader: inout KernelFileReader) throws(CollectorError) -> Bytes {
            if let word = try reader.readIfPresent(status) { return word.trimmed }
            if let word = try? reader.read(olderStatus) { return word.trimmed }
            // Neither is there: the error names the one that today's kernels have.
            return try reader.read(status)
        }
    }

    /// What is kept of a bond.
    private struct Bond {
        let folder: String
        let members: KernelFile
        var rows = RowsByName<Member>()

        init(_ folder: String) {
            self.folder = folder
            members = KernelFile(oneRead: folder + "/bonding/slaves")
        }
    }

    private let folder: String
    private let names: KernelFile
    private var bonds = RowsByName<Bond>()

    init(context: CollectorContext) {
        folder = context.roots.sys("class/net")
        names = KernelFile(oneRead: folder + "/bonding_masters", comesWithModule: true)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(names) else {
            return .noDevice("\(names.path) is not there: the bonding driver is not loaded")
        }
        var fields = ByteScanner(bytes)
        var position = 0
        while let name = fields.nextField() {
            _ = bonds.place(name, at: position) { Bond("\(folder)/\(name.text)") }
            Self.collect(&bonds[position], name, from: &reader, into: &writer)
            position += 1
        }
        _ = bonds.keepFirst(position)
        return .available
    }

    private static func collect(
        _ bond: inout Bond, _ name: Bytes, from reader: inout KernelFileReader, into writer: inout Writer
    ) {
        do throws(CollectorError) {
            let list = try reader.read(bond.members)
            let labels = writer.labels("master", name)
            let (count, active) = count(list, of: &bond, from: &reader, into: &writer)
            writer.write(.slaves, labels, count)
            // With a member whose state is not known the number of those that work is not known either.
            if let active { writer.write(.active, labels, active) }
        } catch {
            writer.lose(error)
        }
    }

    /// The members of a bond, and how many of them work; nil where one's state cannot be told.
    private static func count(
        _ list: Bytes, of bond: inout Bond, from reader: inout KernelFileReader, into writer: inout Writer
    ) -> (count: Int, active: Int?) {
        var names = ByteScanner(list)
        var position = 0
        var active: Int? = 0
        while let name = names.nextField() {
            _ = bond.rows.place(name, at: position) { Member(name, of: bond.folder) }
            let member = bond.rows[position]
            position += 1
            do throws(CollectorError) {
                let word = try member.word(from: &reader)
                guard word == "up" || word == "down" || word.hasPrefix("going ") || word == "unknown" else {
                    throw .malformed(member.status.path, word)
                }
                if let known = active { active = known + (word == "up" ? 1 : 0) }
            } catch {
                writer.lose(error)
                active = nil
            }
        }
        _ = bond.rows.keepFirst(position)
        return (position, active)
    }
}
