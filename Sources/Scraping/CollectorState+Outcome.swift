// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Pages

extension CollectorState {
    /// The state that an outcome stands for.
    init(_ outcome: CollectorOutcome, itemsLost: Int) {
        switch outcome {
        case .available: self = itemsLost > 0 ? .degraded : .ok
        case .absent(let absence): self = CollectorState(absence.reason)
        case .failed(.busy): self = .timedOut
        case .failed(let error): self = error.isPermission ? .noPermission : .failed
        }
    }

    private init(_ reason: Absence.Reason) {
        switch reason {
        case .noDevice: self = .noDevice
        case .kernelFeatureMissing: self = .kernelFeatureMissing
        case .libraryMissing: self = .libraryMissing
        case .noPermission: self = .noPermission
        }
    }
}
