// SPDX-License-Identifier: Apache-2.0

import FakeNVMLSupport
import NVML

extension NVMLLibrary {
    /// Opens a fake and initialises it.
    static func ready(_ fake: FakeLibrary) throws -> NVMLLibrary {
        let library = try NVMLLibrary(path: fake.path)
        try library.initialize()
        return library
    }
}

extension NVMLDevice {
    func read(_ options: GPUReadingOptions = .init()) throws -> GPUReading {
        var reading = GPUReading()
        try read(into: &reading, options: options)
        return reading
    }
}

/// The code of the error that a call throws; nil where it throws none.
func failure(_ body: () throws -> Void) -> NVMLReturn? {
    do {
        try body()
        return nil
    } catch {
        return (error as? NVMLError)?.code
    }
}
