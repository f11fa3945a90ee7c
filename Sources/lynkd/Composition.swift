import LynkCore
import LynkEngine
import LynkPayments
import LynkStore

/// What this program is put together from: the stores on SQLite and the payments application.
struct Composition {
    let control: any ControlStore
    let tenants: any TenantDirectory
    let application: any Application

    /// Opens or makes the stores of a data directory.
    ///
    /// - Throws: ``Problem`` `store_failed` when a file cannot be used.
    static func open(directory: String) throws -> Composition {
        let control = try openControl(directory: directory)
        let application = Payments(confirmation: try ConfirmationKey.open(control))
        return Composition(
            control: control,
            tenants: try SQLiteTenantDirectory(directory: directory, application: application),
            application: application)
    }

    /// The control store alone, for commands that need no tenant.
    static func openControl(directory: String) throws -> any ControlStore {
        try SQLiteControlStore(path: directory + "/control.sqlite")
    }
}
