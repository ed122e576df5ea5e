graderAsk <- local({
  source("wire.R")
  wire <- graderWire
  leave <- function(why) {
    cat(substr(paste(why, collapse = " "), 1L, 1000L), file = stderr())
    quit(save = "no", status = 97L, runLast = FALSE)
  }
  environment(leave) <- baseenv()
  function(name, given) {
    answer <- tryCatch({
      tryCatch(wire$send("?", list(name, given)), error = function(e) leave("left before the tests were over"))
      wire$receive()
    }, error = function(e) leave(c("talked nonsense:", conditionMessage(e))))
    if (is.null(answer)) leave("left before the tests were over")
    if (answer$kind != "v") leave(if (is.character(answer$value)) answer$value else "talked nonsense")
    answer$value
  }
})
