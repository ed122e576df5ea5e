#lang racket/base
;; Answers for the solution in the working directory until nobody asks any more.
(require "wire.rkt")

(define (line text) (substring text 0 (min 1000 (string-length text))))
(define (told error)
  (send #\! (line (if (exn? error) (exn-message error) "it raised a value that is no exception"))))

(let loop ()
  (define asked (receive))
  (when asked
    (with-handlers ([void told])
      (define named (dynamic-require (path->complete-path "solution.rkt") (string->symbol (cadr asked))))
      (send #\= (apply named (cddr asked))))
    (loop)))
(exit 0)
