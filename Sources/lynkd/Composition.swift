import LynkCore
import LynkEngine

/// What this program is put together from: the stores on SQLite and the application.
struct Composition {
    let control: any ControlStore
    let tenants: any TenantDirectory
    let application: any Application

    static func open(directory: String) throws -> Composition {
        throw Problem(.storeFailed, "this build has no store")
    }

    static func openControl(directory: String) throws -> any ControlStore {
        throw Problem(.storeFailed, "this build has no store")
    }
}
