// SPDX-License-Identifier: Apache-2.0

import Exposition
import Manual

@testable import CollectorKit

/// A program with few flags, whose texts hold what shells, roff, Markdown and JSON read as their own.
enum SmallProgram {
    static let nasty = #"Takes 'one' "two" \three `four` $HOME $(id) [five]: six|seven ~ ^ - é."#

    static let level = OptionDescriptor("log.level", .choice(default: "info", of: ["debug", "info"]), help: nasty)
    static let odd = OptionDescriptor(
        "odd", .choice(default: "", of: ["it's", "$(echo no)", "a b"]), help: "Odd words.")
    static let file = OptionDescriptor("config.file", .text(default: ""), help: "A file.")
    static let address = OptionDescriptor("web.listen-address", .texts, help: "An address.")
    static let hidden = OptionDescriptor("secret", .text(default: "1"), help: "Not shown.", isHidden: true)
    static let help = OptionDescriptor("help", .flag(default: false), help: "Show this text.")

    static let disk: CollectorDescriptor = {
        var descriptor = CollectorDescriptor(
            name: "disk", group: .disk, help: "Disks | and more.", reads: ["/proc/disk|stats"],
            flags: [
                Flag.pattern(
                    "collector.disk.exclude", default: "^(ram|loop)\\d+$", help: "Disks to leave out.",
                    aliases: ["collector.disk.ignored"]),
                Flag.toggle("collector.disk.secret", default: true, help: "Not shown.", isHidden: true),
            ],
            openFamilies: [MetricFamily(.untyped, anyLabels: "node_disk_<field>", help: "Others.")])
        descriptor.families = [
            MetricFamily.counter("node_disk_reads_total", ["device", "bus?"], "Reads of \"a\" | b.")
        ]
        return descriptor
    }()
    static let quiet = CollectorDescriptor(
        name: "quiet", group: .system, isDefault: false, help: "Nothing.", reads: [])

    static let subcommands = [
        SubcommandDescription(name: "serve", help: "serve the metrics"),
        SubcommandDescription(name: "config check", operands: ["FILE"], help: "check a file's lines"),
        SubcommandDescription(name: "config print", help: "print it"),
        SubcommandDescription(
            name: "list", operands: ["A", "B"], furtherOperands: "MORE", help: "list things",
            options: [OptionDescriptor("json", .flag(default: false), help: "Print JSON.")]),
        SubcommandDescription(
            name: "show", help: "show things",
            options: [OptionDescriptor("json", .flag(default: false), help: "Print JSON.")]),
        SubcommandDescription(name: "completions", operands: ["SHELL"], help: "print completions"),
        SubcommandDescription(
            name: "man", help: "for packagers", options: [OptionDescriptor("raw", .flag(default: false), help: "Raw.")],
            isHidden: true),
    ]

    static let description = ProgramDescription(
        version: "1.2-rc3", compatibleVersion: "9.8.7",
        sections: [
            ProgramDescription.Section("Serving", [address, hidden]),
            ProgramDescription.Section("Other", [level, odd, file, help]),
        ],
        subcommands: subcommands, collectors: [disk, quiet],
        agentFamilies: [MetricFamily.gauge("host_build_info", ["version"], "The build.")],
        flags: FlagTable(
            [address, hidden, level, odd, file, help]
                + [disk, quiet].flatMap { [FlagTable.collectorSwitch($0)] + $0.options }
                + subcommands.flatMap(\.options)))

    /// The flags that are shown and belong to no subcommand, without dashes.
    static let shown = [
        "web.listen-address", "log.level", "odd", "config.file", "help", "collector.disk", "collector.disk.exclude",
        "collector.quiet",
    ]
}
