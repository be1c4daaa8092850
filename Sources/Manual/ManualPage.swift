// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Configuration

/// host-exporter(1) in the language of man(7).
package enum ManualPage {
    /// When the text below changed last, which a manual page has to say.
    private static let date = "2026-11-21"

    /// The source of the page.
    package static func text(of program: ProgramDescription) -> String {
        var out = """
            .TH HOST\\-EXPORTER 1 "\(date)" "host\\-exporter \(escaped(program.version))" "User Commands"
            .ad l
            .nh
            .SH NAME
            host\\-exporter \\- host and hardware metrics for Prometheus
            .SH SYNOPSIS
            .B host\\-exporter
            .RI [ subcommand ]
            .RI [ flags ]
            .SH DESCRIPTION
            Turns a Linux host and its hardware into one page of metrics for
            Prometheus, in the names of node_exporter
            \(escaped(program.compatibleVersion)) and in names of its own.
            No bad file, dead mount or hung driver stops it, and it needs no
            privilege to be useful.
            .SH SUBCOMMANDS

            """
        for (index, subcommand) in program.listed.enumerated() {
            out += item(subcommand.synopsis, sentence(subcommand.help + (index == 0 ? " (the default)" : "")))
            for option in subcommand.options {
                out += ".RS\n" + item(option.synopsis, option.helpWithDefault) + ".RE\n"
            }
        }
        out += """
            .SH FLAGS
            A flag takes its value as \\-\\-name=value or \\-\\-name value, a switch is
            \\-\\-name or \\-\\-no\\-name.

            """
        for section in program.sections {
            out += ".SS \(section.title)\n"
            for option in section.options where !option.isHidden {
                out += item(option.synopsis, option.helpWithDefault)
            }
        }
        out += ".SS Collectors\n"
        for descriptor in program.collectors {
            let state = descriptor.isDefault ? "on" : "off"
            out += item("--[no-]collector.\(descriptor.name)", "\(descriptor.help) Default: \(state).")
            for option in descriptor.options where !option.isHidden {
                out += item(option.synopsis, option.helpWithDefault)
            }
        }
        return out + closing()
    }

    private static func closing() -> String {
        let example = EnvironmentSettings.variable(of: "web.max-requests")
        return """
            .SH CONFIGURATION FILE
            The file of \\-\\-config.file is flat YAML.
            Its keys are the flags' names without dashes, switches take true or
            false, repeatable flags take a list:
            .PP
            .nf
            collector.netstat: false
            web.listen\\-address: [\\(dq127.0.0.1:9100\\(dq]
            scrape.timeout: 5s
            .fi
            .PP
            Anything else refuses the file.
            .I host\\-exporter config check FILE
            says what is wrong with it, and
            .I host\\-exporter config print
            what is in force.
            .SH ENVIRONMENT
            Each setting is also read from the variable
            .B \(escaped(EnvironmentSettings.prefix))
            and its name in upper case with underscores for dots and dashes, for example
            .BR \(escaped(example)) ;
            repeatable ones take one value a line.
            A flag beats the environment, which beats the file.
            .PP
            .BR NOTIFY_SOCKET ", " WATCHDOG_USEC ", " LISTEN_PID " and " LISTEN_FDS
            mean what systemd says.
            .SH SIGNALS
            .TP
            .B SIGHUP
            Reads the configuration file again and takes over what is valid: the
            collectors' switches and options, the log level and the time\\-out of
            scrapes.
            An invalid file changes nothing.
            .TP
            .BR SIGTERM ", " SIGINT
            Lets running answers finish and ends.
            .SH EXIT STATUS
            0 on success, 1 where something could not be done, 2 for flags or
            settings that cannot be used.
            .SH SEE ALSO
            .BR prometheus (1),
            .BR systemd.exec (5)

            """
    }

    private static func item(_ tag: String, _ text: String) -> String {
        // A zero-width character keeps a line's first dot or quote from being a request.
        ".TP\n.B \\&\(escaped(tag))\n\\&\(escaped(text))\n"
    }

    private static func sentence(_ text: String) -> String {
        (text.first.map { $0.uppercased() } ?? "") + text.dropFirst() + "."
    }

    /// Text as roff shows it: backslashes, dashes, quotes, carets and tildes as they are typed.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\e"
            case "-": out += "\\-"
            case "\"": out += "\\(dq"
            case "'": out += "\\(aq"
            case "`": out += "\\(ga"
            case "^": out += "\\(ha"
            case "~": out += "\\(ti"
            case "\n": out += " "
            // Long expressions and lists may be parted here, without a hyphen.
            case "|", ")", ",": out += "\(scalar)\\:"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
