#lang racket/base
;; Runs the tests of one interview after another: starting Racket costs as much as a sample. Each
;; program is a module in a namespace of its own; what is loaded here already is not loaded again.
(require (only-in racket) (only-in racket/runtime-config) (only-in rackunit) json syntax/modread racket/runtime-path "wire.rkt" "ask.rkt")

(define-namespace-anchor here)
(define-runtime-path ask-module "ask.rkt")
(define most-said (* 1024 1024))

(define (fresh-namespace)
  (define made (make-base-empty-namespace))
  (define from (namespace-anchor->empty-namespace here))
  (for ([each (list 'racket 'racket/runtime-config 'rackunit ask-module)])
    (namespace-attach-module from each made))
  made)

(define (asked question)
  (send-bytes (bytes-append #"?" question))
  (define told (receive-bytes))
  (and told (eqv? (bytes-ref told 0) 61) (subbytes told 1)))

(define (module-of program)
  (define in (open-input-bytes program))
  (port-count-lines! in)
  (check-module-form (with-module-reading-parameterization (lambda () (read-syntax 'tests in))) 'tests "tests"))

;; Status and line of tests that are not over by themselves.
(define (run program)
  (let/ec end
    (parameterize ([current-namespace (fresh-namespace)]
                   [exit-handler (lambda (status) (end (if (byte? status) status 0) #f))]
                   [grader-asking asked]
                   [grader-leave (lambda (why) (end 97 why))])
      (with-handlers ([exn? (lambda (error) ((error-display-handler) (exn-message error) error) (end 1 #f))])
        (parameterize ([current-module-declare-name (make-resolved-module-path 'tests)])
          (eval (module-of program)))
        (dynamic-require ''tests #f)
        (values 0 #f)))))

(define (said port)
  (define bytes (get-output-bytes port))
  (bytes->string/utf-8 (subbytes bytes 0 (min most-said (bytes-length bytes))) #\?))

(let loop ()
  (define program (receive-bytes))
  (when program
    (define-values (out err) (values (open-output-bytes) (open-output-bytes)))
    (define before (current-process-milliseconds))
    (define-values (status why)
      (parameterize ([current-output-port out] [current-error-port err]) (run program)))
    (define end
      (hasheq 'status status 'stdout (if why "" (said out)) 'stderr (or why (said err))
              'cpu_s (/ (- (current-process-milliseconds) before) 1000.0)))
    (send-bytes (bytes-append #"!" (jsexpr->bytes end)))
    (loop)))
(exit 0)
