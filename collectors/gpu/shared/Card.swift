// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// What is read of a card: plain attributes, and what needs more than one of them.
struct CardPlan<Metric: FamilyKey> {
    /// Attributes that are a sample each.
    var attributes: [CardAttribute<Metric>] = []
    /// Parts of the card that are more than that.
    var parts: [any CardPart<Metric>] = []

    /// True where the card has nothing to read.
    var isEmpty: Bool { attributes.isEmpty && parts.isEmpty }
}

/// A part of a card that takes several files, or one with several values.
protocol CardPart<Metric> {
    associatedtype Metric: FamilyKey

    /// Reads it and writes its samples. `labels` are the card's own.
    func read(
        from reader: inout KernelFileReader, labels: Labels, into writer: inout MetricWriter<Metric>,
        figures: inout GPUFigures)
}

/// What a kind of card has to read.
protocol CardModel<Metric>: Sendable {
    associatedtype Metric: FamilyKey

    /// Finds out which attributes a card has. Called only while the card is awake.
    ///
    /// What cannot be looked at is a lost item; then it is looked at again in the next scrape.
    func plan(
        for device: Device, from reader: inout KernelFileReader, or writer: inout MetricWriter<Metric>
    ) -> CardPlan<Metric>
    /// Writes what is known without the card being awake.
    func describe(_ device: Device, details: CardDetails, into writer: inout MetricWriter<Metric>)
    /// The labels that all samples of a card have.
    func labels(of device: Device, in writer: inout MetricWriter<Metric>) -> Labels
}

/// What is read of a card once.
struct CardDetails: Equatable {
    var name = ""
    var vbios = ""
}

/// A card: a GPU or an accelerator whose sysfs attributes come from its driver, which may take its time or hang.
///
/// A card that sleeps is not touched: runtime power management is asked first, and nothing else is read.
struct Card<Metric: FamilyKey>: ItemContent, ~Copyable {
    /// How often to find out anew which attributes there are.
    private static var planIntervalNanoseconds: UInt64 { 300_000_000_000 }

    private let device: Device
    /// The samples of the last read.
    private(set) var writer = MetricWriter<Metric>()
    /// What the last read says in Daena's terms.
    private(set) var figures = GPUFigures()

    private let model: any CardModel<Metric>
    private var runtimePM: RuntimePM?
    private var plan: CardPlan<Metric>?
    private var plannedNanoseconds: UInt64 = 0
    private var details = CardDetails()

    init(_ device: Device, model: any CardModel<Metric>) {
        self.device = device
        self.model = model
    }

    mutating func read(from reader: inout KernelFileReader) {
        writer.reset()
        figures = GPUFigures()
        let power = runtimeStatus(from: &reader)
        let plan = power.isAsleep ? nil : currentPlan(from: &reader)
        model.describe(device, details: details, into: &writer)
        guard let plan else { return }
        let described = writer.sampleCount
        let labels = model.labels(of: device, in: &writer)
        for attribute in plan.attributes { read(attribute, labels, from: &reader) }
        for part in plan.parts { part.read(from: &reader, labels: labels, into: &writer, figures: &figures) }
        // Drivers refuse (EINVAL) where the kernel will not wake their device any more, as if there were no value.
        if power == .error, !plan.isEmpty, writer.sampleCount <= described {
            writer.loseItem("\(device.id): runtime power management has failed, and no attribute has a value")
        }
    }

    private mutating func runtimeStatus(from reader: inout KernelFileReader) -> RuntimeStatus {
        let runtimePM = runtimePM ?? RuntimePM(of: device.folder, from: &reader)
        self.runtimePM = runtimePM
        return runtimePM.status(from: &reader)
    }

    private mutating func currentPlan(from reader: inout KernelFileReader) -> CardPlan<Metric> {
        let now = Clock.monotonicNanoseconds()
        if let plan, now &- plannedNanoseconds < Self.planIntervalNanoseconds { return plan }
        let lostBefore = writer.itemsLost
        let fresh = model.plan(for: device, from: &reader, or: &writer)
        details.vbios = text("vbios_version", from: &reader)
        details.name = text("product_name", from: &reader)
        if details.name.isEmpty { details.name = device.model }
        plan = writer.itemsLost == lostBefore ? fresh : nil
        plannedNanoseconds = now
        return fresh
    }

    /// A text of the card; most have none.
    private mutating func text(_ name: String, from reader: inout KernelFileReader) -> String {
        reader.contents(ofPath: device.folder + "/" + name, or: &writer)?.trimmed.upTo(128).text ?? ""
    }

    private mutating func read(
        _ attribute: CardAttribute<Metric>, _ labels: Labels, from reader: inout KernelFileReader
    ) {
        guard let text = reader.cardText(of: attribute.file, or: &writer) else { return }
        guard let value = attribute.value(of: text) else {
            if attribute.isNone(text) { return }
            writer.loseItem("\(attribute.file.path): unexpected content \"\(text.upTo(64).text)\"")
            return
        }
        figures.note(attribute.metric, attribute.labels.first?.value, value)
        guard !attribute.labels.isEmpty else {
            writer.write(attribute.metric, labels, value)
            return
        }
        let all = writer.labels(labels) {
            for label in attribute.labels { $0.add(label.name, label.value) }
        }
        writer.write(attribute.metric, all, value)
    }
}

extension KernelFileReader {
    /// An attribute of a card; nil where it has no value now, which a card that just fell asleep says with EBUSY.
    mutating func cardText(of file: KernelFile, or writer: inout MetricWriter<some FamilyKey>) -> Bytes? {
        switch attribute(file) {
        case .value(let text): return text
        case .none: return nil
        case .lost(let error):
            if !error.isBusy { writer.lose(error) }
            return nil
        }
    }

    /// An attribute of a card that is a whole number, likewise.
    mutating func cardNumber(of file: KernelFile, or writer: inout MetricWriter<some FamilyKey>) -> UInt64? {
        guard let text = cardText(of: file, or: &writer) else { return nil }
        if let number = text.unsigned { return number }
        writer.loseItem("\(file.path): unexpected content \"\(text.upTo(64).text)\"")
        return nil
    }
}
