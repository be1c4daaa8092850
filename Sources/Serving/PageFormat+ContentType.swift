// SPDX-License-Identifier: Apache-2.0

import Exposition

extension PageFormat {
    /// What the `Content-Type` header says of a page in this format.
    var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}
