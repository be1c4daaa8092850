// SPDX-License-Identifier: Apache-2.0

import CNVML

/// Field values of a device that are asked for in one call, in storage that is kept from cycle to cycle.
///
/// A field that the device or the driver does not have leaves the batch after its first answer.
@safe
final class FieldBatch {
    /// A field and what it is asked of: a link, or 0.
    typealias Request = (field: UInt32, scope: UInt32)

    /// The scope that means all links together.
    static let allLinks = UInt32.max

    private let requests: [Request]
    private let entries: UnsafeMutableBufferPointer<cnvml_field_value>
    private var active: Int
    /// Tells two batches of one device apart where the whole call is refused.
    private let number: UInt32

    init(_ requests: [Request], number: UInt32) {
        self.requests = requests
        self.number = number
        active = 0
        unsafe entries = .allocate(capacity: requests.count)
        unsafe entries.initialize(repeating: cnvml_field_value())
        reset()
    }

    deinit {
        unsafe entries.deallocate()
    }

    /// Asks for every field again.
    func reset() {
        active = requests.count
        for (index, request) in requests.enumerated() {
            unsafe entries[index].field = request.field
            unsafe entries[index].scope = request.scope
        }
    }

    /// Makes the call and hands over each field that came, with its number and scope inside.
    func run(on device: NVMLDevice, _ use: (cnvml_field_value) -> Void) {
        guard active > 0, let base = unsafe entries.baseAddress else { return }
        for index in 0..<active {
            // Whatever the call leaves untouched must not look like an answer.
            unsafe entries[index].code = NVMLReturn.staleHandle.rawValue
            unsafe entries[index].latency_us = 0
        }
        let worked = device.ask(CNVML_field_values, of: number) {
            unsafe cnvml_field_values($0.pointer, device.handle, Int32(active), base)
        }
        guard worked else { return }
        var index = 0
        while index < active {
            let entry = unsafe entries[index]
            switch device.noteField(entry) {
            case .value: use(entry)
            case .absent: break
            case .never:
                active -= 1
                unsafe entries.swapAt(index, active)
                continue
            }
            index += 1
        }
    }
}

/// What the answer for one field of a batch means.
enum FieldAnswer {
    case value, absent, never
}

extension NVMLDevice {
    /// The fields of every reading.
    static let fieldRequests: [FieldBatch.Request] = {
        let plain: [UInt32] = [
            3, 4, 5, 6, 29, 30, 31, 74, 75, 76, 77, 78, 79, 81, 82, 83, 91, 94, 142, 143, 144, 145, 185, 186,
            193, 194, 195, 196, 197, 198, 230, 269, 270, 271,
        ]
        return plain.map { ($0, 0) } + [(138, FieldBatch.allLinks), (139, FieldBatch.allLinks)]
    }()

    /// The fields of every link: state, data of generations up to 4, errors, data of generation 5.
    static func linkRequests(_ count: Int) -> [FieldBatch.Request] {
        let perLink: [UInt32] = [165, 138, 139, 161, 162, 163, 202, 204]
        return (0..<UInt32(count)).flatMap { link in perLink.map { ($0, link) } }
    }
}
