# Writes reference.csv beside this file: Rscript make.R, with R's package survival.
library(survival)
out <- list()
add <- function(set, key, at, value) out[[length(out) + 1]] <<- data.frame(set, key, at, value)
sets <- list(
  "aml-maintained" = subset(aml, x == "Maintained")[, c("time", "status")],
  "aml-nonmaintained" = subset(aml, x == "Nonmaintained")[, c("time", "status")],
  "lung" = data.frame(time = lung$time, status = lung$status - 1),
  "lung-female" = with(subset(lung, sex == 2), data.frame(time, status = status - 1))
)
rows <- list()
for (set in names(sets)) {
  data <- sets[[set]]
  few <- function(times) if (length(times) > 30) times[c(seq(1, length(times), by = 6), length(times))] else times
  rows[[set]] <- data.frame(set, time = data$time, status = data$status)
  for (type in c("log", "log-log", "plain")) {
    fit <- survfit(Surv(time, status) ~ 1, data = data, conf.type = type)
    events <- few(which(fit$n.event > 0))
    if (type == "log") {
      for (i in events) {
        add(set, "survival", fit$time[i], fit$surv[i])
        add(set, "se", fit$time[i], fit$surv[i] * fit$std.err[i])
        add(set, "at-risk", fit$time[i], fit$n.risk[i])
      }
      for (part in c(0.25, 0.5, 0.75)) add(set, "quantile", part, quantile(fit, part, conf.int = FALSE))
      for (horizon in c(10, 30, 365)) {
        if (horizon > max(data$time)) next
        table <- summary(fit, rmean = horizon)$table
        add(set, "restricted-mean", horizon, table[["rmean"]])
        add(set, "restricted-mean-se", horizon, table[["se(rmean)"]])
      }
    }
    for (i in events) {
      add(set, paste0("lower-", type), fit$time[i], fit$lower[i])
      add(set, paste0("upper-", type), fit$time[i], fit$upper[i])
    }
    ends <- quantile(fit, 0.5)
    add(set, paste0("median-lower-", type), 0.5, ends$lower)
    add(set, paste0("median-upper-", type), 0.5, ends$upper)
  }
}
all <- do.call(rbind, out)
all$value <- ifelse(is.na(all$value), "", trimws(formatC(all$value, digits = 13, format = "g")))
write.csv(do.call(rbind, rows), "data.csv", row.names = FALSE, quote = FALSE)
write.csv(all, "reference.csv", row.names = FALSE, quote = FALSE)
