#lang racket/base
;; Values and messages, both ends: a letter, then what it needs. Lengths and counts are 32 bits.
(require racket/set)
(provide encoded decoded receive receive-bytes send send-bytes)

(define most (* 16 1024 1024))
(define deepest 200)
(define asks (open-input-file "/dev/fd/3"))
(define answers (open-output-file "/dev/fd/4" #:exists 'append))

;; What has no plain value; equal to nothing else.
(struct unknown (what) #:transparent)

(define (nonsense why) (raise (exn:fail why (current-continuation-marks))))

(define (encoded kind value)
  (define out (open-output-bytes))
  (write-char kind out)
  (encode value 0 out)
  (define body (get-output-bytes out))
  (when (> (bytes-length body) most) (nonsense "an answer of more than 16 MiB"))
  body)

(define (send-bytes body)
  (write-bytes (integer->integer-bytes (bytes-length body) 4 #f #t) answers)
  (write-bytes body answers)
  (flush-output answers))

(define (send kind value) (send-bytes (encoded kind value)))

(define (encode value depth out)
  (define (letter it) (write-char it out))
  (define (count it) (write-bytes (integer->integer-bytes it 4 #f #t) out))
  (define (text it bytes) (letter it) (count (bytes-length bytes)) (write-bytes bytes out))
  (define (many it items)
    (cond
      [(>= depth deepest) (text #\x #"more than 200 levels")]
      [else
       (letter it)
       (count (length items))
       (for ([each (in-list items)]) (encode each (add1 depth) out))]))
  (define (table it)
    (many it (for*/list ([(key item) (in-hash value)] [each (in-list (list key item))]) each)))
  (cond
    [(eq? value #t) (letter #\t)]
    [(eq? value #f) (letter #\f)]
    [(void? value) (letter #\v)]
    [(eof-object? value) (letter #\e)]
    [(single-flonum? value) (text #\x #"single-flonum")]
    [(flonum? value) (letter #\d) (write-bytes (real->floating-point-bytes value 8 #t) out)]
    [(number? value)
     (if (real? value)
         (text #\i (string->bytes/utf-8 (number->string value)))
         (many #\z (list (real-part value) (imag-part value))))]
    [(string? value) (text #\s (string->bytes/utf-8 value))]
    [(char? value) (letter #\c) (count (char->integer value))]
    [(symbol? value) (text #\y (string->bytes/utf-8 (symbol->string value)))]
    [(keyword? value) (text #\k (string->bytes/utf-8 (keyword->string value)))]
    [(bytes? value) (text #\r value)]
    [(null? value) (letter #\n)]
    [(list? value) (many #\l value)]
    [(pair? value) (many #\p (list (car value) (cdr value)))]
    [(vector? value) (many #\V (vector->list value))]
    [(box? value) (many #\o (list (unbox value)))]
    [(hash? value)
     (table (if (immutable? value)
                (cond [(hash-eq? value) #\h] [(hash-eqv? value) #\g] [else #\m])
                (cond [(hash-eq? value) #\H] [(hash-eqv? value) #\G] [else #\M])))]
    [(and (set? value) (not (set-mutable? value)) (set-equal? value)) (many #\u (set->list value))]
    [(and (set-mutable? value) (set-equal? value)) (many #\U (set->list value))]
    [else (text #\x (string->bytes/utf-8 (if (procedure? value) "procedure" "no plain value")))]))

;; The next message; #f where nobody asks any more.
(define (receive-bytes)
  (define head (read-bytes 4 asks))
  (cond
    [(or (eof-object? head) (< (bytes-length head) 4)) #f]
    [else
     (define size (integer-bytes->integer head #f #t))
     (when (> size most) (nonsense "a message of more than 16 MiB"))
     (define body (if (zero? size) #"" (read-bytes size asks)))
     (and (bytes? body) (= (bytes-length body) size) body)]))

;; Kind and value of the next message.
(define (receive)
  (define body (receive-bytes))
  (and body (decoded body)))

(define (decoded body)
  (define size (bytes-length body))
  (define at 0)
  (define (take count)
    (when (> (+ at count) size) (nonsense "a message that ends early"))
    (set! at (+ at count))
    (subbytes body (- at count) at))
  (define (letter) (integer->char (bytes-ref (take 1) 0)))
  (define (number) (integer-bytes->integer (take 4) #f #t))
  (define (count)
    (define found (number))
    (when (> found size) (nonsense "a count of that size"))
    found)
  (define (text) (bytes->string/utf-8 (take (count))))
  (define (many depth) (for/list ([_ (in-range (count))]) (value (add1 depth))))
  (define (two depth)
    (define items (many depth))
    (unless (= (length items) 2) (nonsense "a pair of no kind"))
    items)
  (define (pairs depth)
    (let loop ([items (many depth)])
      (cond
        [(null? items) '()]
        [(null? (cdr items)) (nonsense "a table of no kind")]
        [else (cons (cons (car items) (cadr items)) (loop (cddr items)))])))
  (define (exact it)
    (define found (and (regexp-match? #px"^-?[0-9]+(/[0-9]+)?$" it) (string->number it 10)))
    (unless (and found (exact? found)) (nonsense "a number of no kind"))
    found)
  (define (complex items)
    (unless (andmap real? items) (nonsense "a number of no kind"))
    (make-rectangular (car items) (cadr items)))
  (define (value depth)
    (when (> depth (+ deepest 2)) (nonsense "a message that is too deep"))
    (case (letter)
      [(#\t) #t]
      [(#\f) #f]
      [(#\v) (void)]
      [(#\e) eof]
      [(#\d) (floating-point-bytes->real (take 8) #t)]
      [(#\i) (exact (text))]
      [(#\z) (complex (two depth))]
      [(#\s) (text)]
      [(#\c) (integer->char (number))]
      [(#\y) (string->symbol (text))]
      [(#\k) (string->keyword (text))]
      [(#\r) (take (count))]
      [(#\n) '()]
      [(#\l) (many depth)]
      [(#\p) (apply cons (two depth))]
      [(#\V) (list->vector (many depth))]
      [(#\o) (box (let ([items (many depth)]) (if (null? items) (nonsense "an empty box") (car items))))]
      [(#\m) (make-immutable-hash (pairs depth))]
      [(#\h) (make-immutable-hasheq (pairs depth))]
      [(#\g) (make-immutable-hasheqv (pairs depth))]
      [(#\M) (make-hash (pairs depth))]
      [(#\H) (make-hasheq (pairs depth))]
      [(#\G) (make-hasheqv (pairs depth))]
      [(#\u) (list->set (many depth))]
      [(#\U) (list->mutable-set (many depth))]
      [(#\x) (unknown (text))]
      [else (nonsense "a message of no kind")]))
  (define kind (letter))
  (define found (value 0))
  (unless (= at size) (nonsense "a message with bytes too many"))
  (cons kind found))
