// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Values of the kernel's settings that the options name.
///
/// Source: /proc/sys, sysctl(8).
struct SysctlCollector: Collector {
    enum Metric: Int, FamilyKey {
        case info

        var family: MetricFamily {
            .gauge("node_sysctl_info", ["index", "name", "value"], "1 for each word of a setting that is text.")
        }
    }

    static let include = Flag.texts(
        "collector.sysctl.include",
        help: "A setting to show, fs.file-nr for instance, or fs.file-nr:total,current,max to name its numbers.")
    static let includeInfo = Flag.texts(
        "collector.sysctl.include-info", help: "A setting whose words are shown as labels.")

    static let descriptor = CollectorDescriptor(
        name: "sysctl", group: .system, isDefault: false, help: "Settings of the kernel that the options name.",
        reads: ["/proc/sys/**"],
        flags: [
            include, includeInfo,
        ],
        openFamilies: [
            .untyped("node_sysctl_<name>", ["index?"], "The setting of this name, its dots written as underscores.")
        ])

    /// A setting that is shown as numbers, as words where it has no family.
    private struct Setting {
        let name: String
        let file: KernelFile
        /// One for all numbers, or one for each.
        let families: [MetricFamily]
        let hasKeys: Bool
    }

    private let settings: [Setting]

    init(context: CollectorContext) throws(ConfigurationError) {
        var settings: [Setting] = []
        for text in context.options[Self.include] {
            settings.append(try Self.setting(text, Self.include, context.roots))
        }
        for name in context.options[Self.includeInfo] {
            settings.append(
                Setting(name: name, file: Self.file(name, context.roots), families: [], hasKeys: false))
        }
        self.settings = settings
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        for setting in settings {
            do throws(CollectorError) {
                let bytes = try reader.read(setting.file)
                if setting.families.isEmpty {
                    Self.writeWords(bytes, setting, into: &writer)
                } else {
                    Self.writeNumbers(bytes, setting, into: &writer)
                }
            } catch {
                writer.loseItem(error.description)
            }
        }
        return .available
    }

    // MARK: Options

    /// `kernel.threads-max`, or `fs.file-nr:total,current,max`.
    private static func setting(
        _ text: String, _ flag: Flag<[String]>, _ roots: Roots
    ) throws(ConfigurationError) -> Setting {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts[0]
        let metric = "node_sysctl_" + String(decoding: name.utf8.map(letter), as: UTF8.self)
        var families: [MetricFamily] = []
        if parts.count > 1 {
            for key in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
                guard !key.isEmpty, key.utf8.allSatisfy({ letter($0) == $0 }) else {
                    throw ConfigurationError(
                        flag: flag.descriptor.name,
                        "\"\(FlagTable.cut(String(key)))\" cannot be part of a metric's name; "
                            + "it takes letters, digits and _")
                }
                families.append(.untyped("\(metric)_\(key)", [], "The \(key) of the setting \(name)."))
            }
        } else {
            families = [
                MetricFamily(
                    .untyped, metric, labels: ["index?"], help: "The setting \(name), each number by its index.")
            ]
        }
        return Setting(name: name, file: file(name, roots), families: families, hasKeys: parts.count > 1)
    }

    /// Dots are slashes, as sysctl(8) has it: but where a slash comes first, for names with dots in them.
    private static func file(_ name: String, _ roots: Roots) -> KernelFile {
        let (dot, slash) = (UInt8(ascii: "."), UInt8(ascii: "/"))
        let isPath = name.utf8.first { $0 == dot || $0 == slash } == slash
        let path = isPath ? Array(name.utf8) : name.utf8.map { $0 == dot ? slash : $0 }
        return KernelFile(oneRead: roots.proc("sys/" + String(decoding: path, as: UTF8.self)))
    }

    /// What a metric's name may hold; `_` for everything else.
    private static func letter(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A: byte
        default: UInt8(ascii: "_")
        }
    }

    // MARK: Samples

    private static func writeWords(_ bytes: Bytes, _ setting: Setting, into writer: inout Writer) {
        var words = ByteScanner(bytes)
        var index = 0
        while let word = words.nextField() {
            let labels = writer.labels {
                $0.add("index", index)
                $0.add("name", setting.name)
                $0.add("value", word)
            }
            writer.write(.info, labels, true)
            index += 1
        }
        if index == 0 { writer.loseItem("\(setting.file.path) is empty") }
    }

    private static func writeNumbers(_ bytes: Bytes, _ setting: Setting, into writer: inout Writer) {
        var check = ByteScanner(bytes)
        var count = 0
        while let word = check.nextField() {
            guard number(word) != nil else {
                return writer.loseItem("\(setting.file.path): not a number: \"\(word.upTo(64).text)\"")
            }
            count += 1
        }
        guard count > 0 else { return writer.loseItem("\(setting.file.path) is empty") }
        guard !setting.hasKeys || count == setting.families.count else {
            return writer.loseItem("\(setting.file.path): \(count) numbers for \(setting.families.count) names")
        }
        var words = ByteScanner(bytes)
        var index = 0
        while let value = words.nextField().flatMap(number) {
            let family = writer.family(setting.families[setting.hasKeys ? index : 0])
            let isPlain = setting.hasKeys || count == 1
            writer.write(family, isPlain ? .none : writer.labels { $0.add("index", index) }, value)
            index += 1
        }
    }

    private static func number(_ word: Bytes) -> SampleValue? {
        if let value = word.unsigned { return .unsigned(value) }
        return word.signed.map { .signed($0) }
    }
}
