enum LynkPaymentsSeed {}
