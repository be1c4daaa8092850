// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles
import SDBus

/// Units of systemd: their states by one call for all, and what has to be asked of timers, sockets and services.
///
/// Source: org.freedesktop.systemd1(5) over the system's message bus.
struct SystemdCollector: Collector, ~Copyable {
    typealias Metric = SystemdMetric

    static let unitInclude = Flag.pattern(
        "collector.systemd.unit-include", default: ".+",
        help: "Units to show, if unit-exclude does not match; the whole name has to match.",
        aliases: ["collector.systemd.unit-whitelist"])
    static let unitExclude = Flag.pattern(
        "collector.systemd.unit-exclude", default: #".+\.(automount|device|mount|scope|slice)"#,
        help: "Units that are not shown; the whole name has to match.",
        aliases: ["collector.systemd.unit-blacklist"])
    static let isPrivate = Flag.toggle(
        "collector.systemd.private", help: "Ask systemd at its private socket, without a bus; root alone may.",
        isHidden: true)
    static let showsTasks = Flag.toggle(
        "collector.systemd.enable-task-metrics", help: "Show how many tasks services have and may have.")
    static let showsRestarts = Flag.toggle(
        "collector.systemd.enable-restarts-metrics", help: "Show how often services were restarted.")
    static let showsStartTimes = Flag.toggle(
        "collector.systemd.enable-start-time-metrics", help: "Show when units became active.")
    static let busAddress = Flag.text(
        "collector.systemd.bus-address",
        help: "Where the system's bus is, as D-Bus writes it; empty for $DBUS_SYSTEM_BUS_ADDRESS or the usual place.")

    static let descriptor = CollectorDescriptor(
        name: "systemd", group: .services, isDefault: false,
        help: "States of systemd's units, timers, sockets and tasks.",
        reads: ["org.freedesktop.systemd1 over the system's D-Bus (libsystemd), else /run/systemd/private"],
        lane: .own,
        flags: [
            unitInclude, unitExclude, isPrivate, showsTasks, showsRestarts, showsStartTimes, busAddress,
        ], shareNanoseconds: SystemBus.shareNanoseconds)

    /// A property of a unit that is asked for in this scrape.
    private struct Question {
        let unit: Int
        let property: SystemdProperty
    }

    private let wanted: Set<SystemdProperty>
    private var bus: SystemBus
    private var units: SystemdUnits
    private var manager = SystemdManager()
    private var questions: [Question] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        let options = context.options
        units = SystemdUnits(
            include: try Self.whole(Self.unitInclude, options), exclude: try Self.whole(Self.unitExclude, options))
        var wanted: Set<SystemdProperty> = []
        if options[Self.showsTasks] { wanted.formUnion([.tasksCurrent, .tasksMax]) }
        if options[Self.showsRestarts] { wanted.insert(.restarts) }
        if options[Self.showsStartTimes] { wanted.insert(.startTime) }
        self.wanted = wanted
        let own = SystemBus.Address(text: "unix:path=/run/systemd/private", isBus: false)
        let address = options[Self.busAddress]
        if options[Self.isPrivate] {
            bus = SystemBus([own], isKept: false)
        } else if address.isEmpty, geteuid() == 0 {
            // Where no bus runs, as in small systems and early at boot, root may still ask.
            bus = SystemBus([.systemBus(address), own])
        } else {
            bus = SystemBus([.systemBus(address)])
        }
    }

    private static func whole(_ flag: Flag<Pattern?>, _ options: Options) throws(ConfigurationError) -> Pattern {
        do throws(PatternError) {
            return try Pattern(options.source(flag), anchored: true)
        } catch {
            throw ConfigurationError(flag: flag.descriptor.name, error.description)
        }
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        let deadline = Clock.monotonicNanoseconds() &+ SystemBus.patienceNanoseconds
        defer { bus.finish() }
        do throws(SDBusError) {
            try manager.ask(&bus, &units, deadline: deadline)
        } catch {
            return try bus.availability(error)
        }
        units.forgetTypes(loadTime: manager.loadTime, scrape: reader.scrape)
        manager.write(into: &writer)
        collectQuestions()
        Self.ask(questions, &bus, &units, &writer, deadline: deadline)
        writeUnits(into: &writer)
        return .available
    }

    private mutating func collectQuestions() {
        questions.removeAll(keepingCapacity: true)
        for position in 0..<units.count where units[position].isShown {
            let unit = units[position]
            switch unit.kind {
            case .service:
                if unit.type == nil { add(.serviceType, position) }
                addWanted(.restarts, position)
                addWanted(.tasksCurrent, position)
                addWanted(.tasksMax, position)
            case .mount: if unit.type == nil { add(.mountType, position) }
            case .timer: add(.lastTrigger, position)
            case .socket:
                add(.accepted, position)
                add(.connections, position)
                add(.refused, position)
            case .other: break
            }
            // Of what is not active the time is 0 without a question.
            if unit.state == 0 { addWanted(.startTime, position) }
        }
    }

    private mutating func add(_ property: SystemdProperty, _ unit: Int) {
        questions.append(Question(unit: unit, property: property))
    }

    private mutating func addWanted(_ property: SystemdProperty, _ unit: Int) {
        if wanted.contains(property) { add(property, unit) }
    }

    /// Asks for the properties and writes those that are values; types are kept with their units.
    private static func ask(
        _ questions: [Question], _ bus: inout SystemBus, _ units: inout SystemdUnits, _ writer: inout Writer,
        deadline: UInt64
    ) {
        var valuesLeft = questions.count { $0.property.metric != nil }
        do throws(SDBusError) {
            try bus.exchange(questions.count, deadline: deadline) { number in
                let question = questions[number]
                return SDBusCall(
                    propertyOf: SystemdManager.service, units[question.unit].path, question.property.interface,
                    question.property.name)
            } receive: { number, answer in
                let question = questions[number]
                if question.property.metric != nil { valuesLeft -= 1 }
                take(answer, question.property, &units[question.unit], &writer)
            }
        } catch {
            // A unit whose type did not come is lost where it is written.
            for _ in 0..<valuesLeft { writer.loseItem("properties of units: \(error)") }
        }
    }

    /// Takes an answer over.
    private static func take(
        _ answer: borrowing SDBusMessage, _ property: SystemdProperty, _ unit: inout SystemdUnits.Unit,
        _ writer: inout Writer
    ) {
        if let refusal = answer.refusal {
            // A unit that has just gone, or a property that this systemd does not have.
            if property.metric == nil { unit.type = "" }
            if refusal.isPermission { writer.refuseItem("\(unit.path): \(refusal)") }
            return
        }
        guard let metric = property.metric else {
            if answer.enterVariant(of: "s") { unit.type = answer.string()?.text }
            return
        }
        guard answer.enterVariant(of: property.isLong ? "t" : "u"),
            let number = property.isLong ? answer.unsigned64() : answer.unsigned32().map(UInt64.init)
        else {
            writer.loseItem("\(unit.path): \(property.name) has another type")
            return
        }
        // systemd's word for: not counted, no limit.
        if property.isLong, number == .max { return }
        let labels = writer.labels(unit.label)
        writer.write(metric, labels, property.isTime ? SampleValue.decimal(number, scale: 6) : .unsigned(number))
    }

    private func writeUnits(into writer: inout Writer) {
        for (state, count) in zip(SystemdUnits.states, units.counts) {
            let labels = writer.labels { $0.add("state", state) }
            writer.write(.units, labels, count)
        }
        for other in units.otherCounts { writer.write(.units, writer.labels("state", other.state), other.count) }
        for position in 0..<units.count where units[position].isShown {
            let unit = units[position]
            let name = writer.labels(unit.label)
            if wanted.contains(.startTime), unit.state != 0 { writer.write(.startTime, name, 0) }
            let hasType = unit.kind == .service || unit.kind == .mount
            guard let type = hasType ? unit.type : "" else {
                writer.loseItem("\(unit.path): its type is not known")
                continue
            }
            for (number, state) in SystemdUnits.states.enumerated() {
                let labels = writer.labels(name) {
                    $0.add("state", state)
                    $0.add("type", type)
                }
                writer.write(.unitState, labels, number == unit.state)
            }
        }
    }
}
