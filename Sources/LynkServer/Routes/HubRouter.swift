import Hummingbird
import HummingbirdCore

/// Every address of the hub.
enum HubRouter {
    static func make(_ hub: Hub) -> Router<HubRequestContext> {
        let router = Router(context: HubRequestContext.self)
        router.add(middleware: ProblemMiddleware())
        HealthRoutes(hub: hub).add(to: router)
        EnrolRoutes(hub: hub).add(to: router)
        SyncRoute(hub: hub).add(to: router)
        VerifyRoute(hub: hub).add(to: router)
        HeadRoute(hub: hub).add(to: router)
        CodeRoute(hub: hub).add(to: router)
        SnapshotRoutes(hub: hub).add(to: router)

        let operators = router.group("/v1/operator")
            .add(middleware: OperatorMiddleware(key: hub.operatorKey))
        TenantRoutes(hub: hub).add(to: operators)
        DeviceRoutes(hub: hub).add(to: operators)
        ImportRoute(hub: hub).add(to: operators)
        QueryRoute(hub: hub).add(to: operators)
        BackupRoute(hub: hub).add(to: operators)
        FloorRoute(hub: hub).add(to: operators)
        ClockReportRoutes(hub: hub).add(to: router, operators: operators)
        if let clock = hub.clock as? OperatorHubClock {
            ClockRoute(clock: clock).add(to: operators)
        }
        return router
    }
}
