# nomad job run bridle.nomad.hcl
job "site" {
  datacenters = ["*"]
  type        = "service"

  group "site" {
    count = 2

    network {
      port "http" {
        to = 8000
      }
    }

    service {
      name     = "site"
      port     = "http"
      provider = "nomad"

      # tcp would not do: bridled listens before a worker has loaded the application
      check {
        type     = "http"
        path     = "/healthz"
        interval = "10s"
        timeout  = "2s"
      }
    }

    update {
      max_parallel     = 1
      min_healthy_time = "10s"
      auto_revert      = true
    }

    task "bridled" {
      driver = "docker"

      # longer than the longest stop_timeout (40s when it is not set); the client's max_kill_timeout must allow it
      kill_signal  = "SIGTERM"
      kill_timeout = "60s"

      config {
        image = "site"
        ports = ["http"]
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }
}
